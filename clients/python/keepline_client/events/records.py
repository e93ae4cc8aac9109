"""A record's CloudEvents attributes, and how the clients of Kafka are made."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError

from keepline_client.errors import NotFound, Unreachable

_ENDED_WITHIN_SECONDS: Final = 10.0


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
    own = {"auto_offset_reset": "earliest", "metadata_max_age_ms": 30_000, "rebalance_timeout_ms": 30_000}
    return AIOKafkaConsumer(
        *([topic] if group_id is None else []),
        bootstrap_servers=bootstrap_servers,
        group_id=group_id,
        enable_auto_commit=False,
        **{**own, **options},
    )


async def begin(consumer: AIOKafkaConsumer, bootstrap_servers: str, topic: str) -> None:
    """Raises Unreachable, NotFound (`topic_not_found`), or what else Kafka refuses it with; nothing is left
    open then."""
    try:
        await consumer.start()
    except BaseException as error:
        await end(consumer)
        if isinstance(error, KafkaConnectionError):
            raise Unreachable("unreachable", f"no broker answers at {bootstrap_servers}") from error
        if isinstance(error, UnknownTopicOrPartitionError):
            raise NotFound("topic_not_found", f"the broker has no topic {topic}") from error
        raise


async def end(consumer: AIOKafkaConsumer) -> None:
    """Not waited for without end: a broker that hangs does not answer to a good-bye either."""
    await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=_ENDED_WITHIN_SECONDS)
