"""CloudEvents attributes in binary mode, as Kafka headers, and the trace that goes along.

Ids are stable: the same event sent twice has the same `ce_id`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from servicekit.telemetry import tracing


def cloud_event(
    source: str,
    kind: str,
    event_id: str,
    at: datetime,
    subject: str = "",
) -> dict[str, str]:
    """`source` is the service ("sip-config"), `kind` the message ("keepline.sip.v1.TrunkState")."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": f"/keepline/{source}",
        "ce_type": kind,
        "ce_time": at.isoformat().replace("+00:00", "Z"),
        "content-type": "application/protobuf",
        **tracing.inject(),
    }
    if subject:
        headers["ce_subject"] = subject
    return headers


def encoded(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(key, value.encode()) for key, value in headers.items()]


def decoded(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    return {key: (value or b"").decode("utf-8", "replace") for key, value in headers}
