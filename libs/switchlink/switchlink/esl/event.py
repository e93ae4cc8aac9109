"""Events of the switch, and the mark that some were lost.

An event is read from JSON only. In the plain form a newline inside a channel variable becomes a
header of its own; in JSON it stays inside its value, so that nothing can be forged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import orjson

from .errors import ProtocolViolation

ResyncReason = Literal["connected", "overflow", "switch_lost_events"]


@dataclass(frozen=True, slots=True)
class EslEvent:
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def name(self) -> str:
        return self.headers.get("Event-Name", "")

    @property
    def subclass(self) -> str:
        return self.headers.get("Event-Subclass", "")

    @property
    def uuid(self) -> str:
        return self.headers.get("Unique-ID", "")

    @property
    def core_uuid(self) -> str:
        """Changes when the switch restarts: every call of the old one is gone."""
        return self.headers.get("Core-UUID", "")

    @property
    def sequence(self) -> int:
        """Counts all events of the switch, also those that nobody asked for: holes are normal."""
        text = self.headers.get("Event-Sequence", "")
        return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Resync:
    """Events before this mark may be missing: ask the switch what there is now."""

    reason: ResyncReason


EslItem = EslEvent | Resync


def event_from_json(payload: bytes) -> EslEvent:
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        document = _latin(payload)
    if not isinstance(document, dict):
        raise ProtocolViolation(f"an event is a JSON object, not {type(document).__name__}")
    body = document.pop("_body", "")
    try:
        "".join(document.values())  # the quickest way to ask whether all are strings
    except TypeError:
        document = {name: _text(value) for name, value in document.items()}
    return EslEvent(document, _text(body))


def _latin(payload: bytes) -> object:
    """A caller's name in Latin-1 is no reason to lose the event."""
    try:
        return orjson.loads(payload.decode("utf-8", "replace"))
    except orjson.JSONDecodeError as error:
        raise ProtocolViolation(f"an event is not JSON: {error}") from error


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "ARRAY::" + "|:".join(map(_text, value))
    return orjson.dumps(value).decode()
