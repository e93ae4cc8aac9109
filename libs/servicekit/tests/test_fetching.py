"""What was read ahead counts only while its partitions stand where they stood."""

from collections.abc import Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition

from servicekit.kafka import Handled, Read, Record
from servicekit.kafka.fetching import Batch, Fetching

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


class Log:
    """Two partitions of ten records, read as aiokafka's consumer does: from a position that can be set."""

    def __init__(self) -> None:
        self.at = {FIRST: 0, SECOND: 0}

    async def getmany(self, timeout_ms: int, max_records: int) -> Mapping[TopicPartition, Sequence[object]]:
        begun = dict(self.at)
        self.at = {partition: min(10, offset + 4) for partition, offset in begun.items()}
        return {at: [_raw(at, n) for n in range(begun[at], self.at[at])] for at in begun if begun[at] < 10}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.at[partition] = offset


class Numbers:
    def read(self, record: Record) -> int | None:
        if record.value == b"7":
            raise ValueError("seven")
        return None if record.value == b"5" else int(record.value or b"-1")

    async def handle(self, batch: Sequence[Read[int]], *, may_hold: bool) -> Handled[int]:
        raise AssertionError("not asked here")


def _raw(at: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(at.topic, at.partition, offset, 0, 0, b"k", b"%d" % offset, 0, 1, 1, ())


def _offsets(batch: Batch[int]) -> dict[int, list[int]]:
    return {at.partition: [one.record.offset for one in taken] for at, taken in batch.of_partition.items()}


async def test_what_was_read_ahead_comes_next_in_order() -> None:
    fetching = Fetching(Log(), Numbers())
    seen = [_offsets(await fetching.next())]
    fetching.read_ahead()
    seen.append(_offsets(await fetching.next()))
    assert seen == [{0: [0, 1, 2, 3], 1: [0, 1, 2, 3]}, {0: [4, 5, 6, 7], 1: [4, 5, 6, 7]}]


async def test_a_partition_that_was_set_back_comes_again_from_there_and_the_others_go_on() -> None:
    fetching = Fetching(Log(), Numbers())
    await fetching.next()
    await _ahead(fetching)
    fetching.seek(FIRST, 2)
    assert _offsets(await fetching.next()) == {1: [4, 5, 6, 7]}
    assert _offsets(await fetching.next()) == {0: [2, 3, 4, 5], 1: [8, 9]}


async def test_a_position_that_was_set_before_records_were_taken_ahead_holds() -> None:
    fetching = Fetching(Log(), Numbers())
    await fetching.next()
    fetching.seek(FIRST, 2)
    await _ahead(fetching)
    assert _offsets(await fetching.next()) == {0: [2, 3, 4, 5], 1: [4, 5, 6, 7]}


async def test_nothing_that_was_taken_before_partitions_moved_is_handled() -> None:
    fetching = Fetching(Log(), Numbers())
    await _ahead(fetching)
    fetching.revoked()
    assert _offsets(await fetching.next()) == {}
    assert _offsets(await fetching.next()) == {0: [4, 5, 6, 7], 1: [4, 5, 6, 7]}


async def test_what_cannot_be_read_is_told_in_its_place() -> None:
    fetching = Fetching(Log(), Numbers())
    await fetching.next()
    taken = (await fetching.next()).of_partition[FIRST]
    assert [one.value for one in taken] == [4, None, 6, None]
    assert [str(one.error) for one in taken if one.error] == ["seven"]


async def _ahead(fetching: Fetching[int]) -> None:
    fetching.read_ahead()
    assert fetching._ahead is not None
    await fetching._ahead
