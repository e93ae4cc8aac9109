"""Reads a topic as anybody could: from its beginning, without a group."""

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition

from keepline.events.v1.call_event_pb2 import CallEvent

CALL_EVENTS = "keepline.call.events.v1"


async def call_events(bootstrap: str, call_id: str, within: float = 15.0) -> list[CallEvent]:
    """The events of one call up to its end, or what there is of them when the time is over."""
    events: list[CallEvent] = []

    def ended(value: bytes | None) -> bool:
        events.append(CallEvent.FromString(value or b""))
        return events[-1].WhichOneof("event") == "ended"

    await _read(bootstrap, CALL_EVENTS, call_id, ended, within)
    return events


async def state_values(bootstrap: str, topic: str, key: str, within: float = 15.0) -> list[bytes | None]:
    """What a state topic said of one key, up to its tombstone (None) or the end of the time."""
    values: list[bytes | None] = []

    def gone(value: bytes | None) -> bool:
        values.append(value)
        return value is None

    await _read(bootstrap, topic, key, gone, within)
    return values


async def _read(
    bootstrap: str, topic: str, key: str, is_last: Callable[[bytes | None], bool], within: float
) -> None:
    """Hands over each value of the key until one is the last, or the time is over."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        partitions = await _partitions(consumer, topic)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        async with asyncio.timeout(within):
            async for record in consumer:
                if record.key == key.encode() and is_last(record.value):
                    return
    except TimeoutError:
        return
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    await consumer._client.force_metadata_update()
    numbers = consumer.partitions_for_topic(topic) or set()
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def in_words(event: CallEvent) -> str:
    kind = event.WhichOneof("event")
    match kind:
        case "started":
            return f"started: {event.started.caller} calls {event.started.called} from {event.started.source}"
        case "routed":
            return f"routed: {event.routed.decision.reason}"
        case "answered":
            return f"answered after {event.answered.setup_ms} ms"
        case "leg_failed":
            return (
                f"leg failed: {event.leg_failed.sip_status} {event.leg_failed.cause}; {event.leg_failed.next}"
            )
        case "ended":
            ended = event.ended
            return f"ended by {ended.ended_by or 'nobody'}: {ended.hangup_cause}, {ended.talk_ms} ms of talk"
    return str(kind)
