"""CloudEvents attributes in binary mode, as Kafka headers, and the trace that goes along.

Every record of ours has them, tombstones too. Ids are stable: the same event sent twice has the same `ce_id`.
`ce_tenantid` is an extension attribute; `ce_dataschema` names the message of the value.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from servicekit.telemetry import tracing
from servicekit.timestamps import rfc3339

SCHEMAS = "https://keepline.dev/schemas/"
PLATFORM = "platform"
"""The tenant of what belongs to no tenant."""


def cloud_event(
    source: str,
    kind: str,
    message: str,
    event_id: str,
    at: datetime,
    *,
    tenant_id: str,
    subject: str = "",
    traceparent: str = "",
) -> dict[str, str]:
    """`source` is the service ("sip-config"), `kind` the ce_type that proto/topics.yaml lists for the topic,
    `message` the value's Protobuf name, `tenant_id` "" what is no tenant's. Without a `traceparent` it is
    that of the span that is current, if there is one."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": f"/keepline/{source}",
        "ce_type": kind,
        "ce_time": rfc3339(at),
        "ce_dataschema": SCHEMAS + message,
        "ce_tenantid": tenant_id or PLATFORM,
        "content-type": "application/protobuf",
    }
    if subject:
        headers["ce_subject"] = subject
    if traceparent:
        headers["traceparent"] = traceparent
    else:
        headers.update(tracing.inject())
    return headers


def encoded(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(key, value.encode()) for key, value in headers.items()]


def decoded(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    return {key: (value or b"").decode("utf-8", "replace") for key, value in headers}
