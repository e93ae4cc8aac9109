"""What an outbox entry looks like inside a document.

    {_id, version, ..., deleted: bool, outbox: [{seq, topic, key, value, headers, at}, ...], outbox_fence}

One update writes the state and pushes its entry, guarded by `version`; `seq` is that version, so that
entries of one document are in order and are named once and for all; what goes to another topic beside the
state has the same version and a half. A document with `deleted: true` and a
tombstone (value None) in its outbox is removed when the tombstone is out. `outbox_fence` is the token of
the newest relay that took entries out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from servicekit.documents import Document
from servicekit.kafka.headers import cloud_event
from servicekit.kafka.records import Outgoing

BESIDE = 0.5
"""Added to the version: the seq of an entry beside that of the state."""


def entry(
    seq: float,
    topic: str,
    key: str,
    value: bytes | None,
    headers: Mapping[str, str] | None = None,
    *,
    at: datetime | None = None,
) -> Document:
    """For `$push: {"outbox": entry(...)}`; `at` is when it was written, for the delay's metric.
    Raises ValueError for what no broker would take."""
    outgoing = Outgoing(topic, key, value, headers or {})
    return {
        "seq": seq,
        "topic": outgoing.topic,
        "key": outgoing.key,
        "value": outgoing.value,
        "headers": [[name, text] for name, text in outgoing.headers.items()],
        "at": at,
    }


def outgoing_of(written: Document) -> Outgoing:
    """Raises ValueError when it is larger than what may be sent now, or none of ours."""
    try:
        value = written["value"]
        headers = dict(written.get("headers") or ())
        return Outgoing(written["topic"], written["key"], None if value is None else bytes(value), headers)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it cannot be read: {error!r}") from error


def seq_of(written: object) -> float | None:
    """None: no entry of ours, or one that nobody could take out again."""
    seq = written.get("seq") if isinstance(written, Mapping) else None
    return seq if isinstance(seq, int | float) else None


@dataclass(frozen=True, slots=True)
class StateTopic:
    """A state topic as its owner writes it: keyed by id, an event for each version.

    source: the service; message: its full name, as in "keepline.sip.v1.TrunkState"; record: what changes
    ("keepline.sip.trunk"), so that ce_type is keepline.sip.trunk.changed.v1, and ....deleted.v1 of a
    tombstone. traced: whether topics.yaml promises a traceparent; then whoever changes it has a span."""

    topic: str
    source: str
    message: str
    record: str
    traced: bool = True

    def entry(self, tenant_id: str, key: str, version: int, value: bytes | None, at: datetime) -> Document:
        """value None: a tombstone; tenant_id "": of no tenant."""
        kind = f"{self.record}.{'deleted' if value is None else 'changed'}.v1"
        headers = cloud_event(
            self.source, kind, self.message, f"{key}:{version}", at, tenant_id=tenant_id, subject=key
        )
        if not self.traced:
            headers.pop("traceparent", None)
        return entry(version, self.topic, key, value, headers, at=at)
