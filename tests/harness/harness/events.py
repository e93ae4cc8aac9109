"""Reads a topic as anybody could: from its beginning, without a group."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from keepline.events.v1.call_event_pb2 import CallEvent, EndedBy

CALL_EVENTS = "keepline.call.events.v1"


async def call_events(bootstrap: str, call_id: str, within: float = 30.0) -> list[CallEvent]:
    """The events of one call up to its end, or what there is of them when the time is over."""
    events: list[CallEvent] = []

    def ended(value: bytes | None) -> bool:
        events.append(CallEvent.FromString(value or b""))
        return events[-1].WhichOneof("event") == "ended"

    await _read(bootstrap, CALL_EVENTS, call_id, ended, within)
    return events


async def told(bootstrap: str, call_id: str, within: float = 30.0) -> str:
    """What was told of a call, in the order of its numbers, each once: a watcher may repeat another."""
    events = {(event.attempt, event.seq): event for event in await call_events(bootstrap, call_id, within)}
    return " ".join(str(events[name].WhichOneof("event")) for name in sorted(events))


async def state_values(bootstrap: str, topic: str, key: str, within: float = 30.0) -> list[bytes | None]:
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
    started, leg, failed, ended = event.started, event.leg_started, event.leg_failed, event.ended
    by = EndedBy.Name(ended.ended_by).removeprefix("ENDED_BY_").lower()
    kind = str(event.WhichOneof("event"))
    words = {
        "started": f"started: {started.caller} calls {started.called} from {started.source_address}",
        "routed": f"routed: {event.routed.decision.reason}",
        "leg_started": f"leg {leg.leg_index} started: INVITE to {leg.uri}",
        "answered": f"answered after {event.answered.setup_ms} ms",
        "leg_failed": f"leg failed: {failed.sip_status} {failed.cause}; {failed.reason}",
        "ended": f"ended by {by}: {ended.hangup_cause}, {ended.talk_ms} ms of talk",
    }
    return words.get(kind, kind.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Told:
    """A record as it lies there."""

    topic: str
    # partition and offset
    place: tuple[str, int, int]
    key: str
    value: bytes | None
    headers: Mapping[str, str]


async def everything(bootstrap: str, topics: Collection[str]) -> list[Told]:
    """All that these topics hold now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        ends = await consumer.end_offsets(partitions)
        consumer.assign([partition for partition in partitions if ends[partition]])
        told: list[Told] = []
        for partition in consumer.assignment():
            await consumer.seek_to_beginning(partition)
        while any([await consumer.position(p) < ends[p] for p in consumer.assignment()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                told += [_told(record) for record in records]
        return told
    finally:
        await consumer.stop()


def _told(record: ConsumerRecord) -> Told:
    headers = {name: value.decode() for name, value in record.headers}
    place = (record.topic, record.partition, record.offset)
    return Told(record.topic, place, record.key.decode(), record.value, headers)
