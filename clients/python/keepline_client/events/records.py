"""A record's CloudEvents attributes, and how the clients of Kafka are made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer


@dataclass(frozen=True, slots=True)
class Attributes:
    """docs/events.md of Keepline. "" where a record has none."""

    kind: str
    """ce_type: "keepline.call.ended.v1"."""
    tenant_id: str
    subject: str
    """The id of what it is about."""
    source: str
    id: str
    time: str
    """When it happened: RFC 3339, UTC."""
    traceparent: str


def attributes(headers: Iterable[tuple[str, bytes | None]]) -> Attributes:
    told: Mapping[str, str] = {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
    names = ("ce_type", "ce_tenantid", "ce_subject", "ce_source", "ce_id", "ce_time", "traceparent")
    return Attributes(*(told.get(name, "") for name in names))


def consumer(
    bootstrap_servers: str, topic: str, options: Mapping[str, Any], group_id: str | None
) -> AIOKafkaConsumer:
    """options: of the caller, such as security_protocol. From the beginning, unless the group has a place."""
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap_servers,
        group_id=group_id,
        enable_auto_commit=False,
        **{"auto_offset_reset": "earliest", "metadata_max_age_ms": 30_000, **options},
    )
