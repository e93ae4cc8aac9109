"""Reads a topic as anybody could: from its beginning, without a group."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from keepline.events.v1.call_event_pb2 import CallEvent

CALL_EVENTS = "keepline.call.events.v1"


async def call_events(bootstrap: str, call_id: str, within: float = 15.0) -> list[CallEvent]:
    """The events of one call up to its end, or what there is of them when the time is over."""
    found: list[CallEvent] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        partitions = await _partitions(consumer)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        async with asyncio.timeout(within):
            async for record in consumer:
                if record.key == call_id.encode():
                    found.append(CallEvent.FromString(record.value))
                    if found[-1].WhichOneof("event") == "ended":
                        break
    except TimeoutError:
        pass
    finally:
        await consumer.stop()
    return found


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    await consumer._client.force_metadata_update()
    numbers = consumer.partitions_for_topic(CALL_EVENTS) or set()
    return [TopicPartition(CALL_EVENTS, number) for number in sorted(numbers)]


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
