"""What was put is sent, in order and at least once, whatever happens to broker, process or tail."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.kafka import Outgoing
from servicekit.settings import WrongSetting
from servicekit.spool import Spool, SpooledProducer, frames
from servicekit.spool.segments import Place, Segments
from servicekit.testing import MemoryProducer, until

TOPIC = "keepline.call.events.v1"


@asynccontextmanager
async def running(
    folder: Path, producer: MemoryProducer, max_bytes: int = 1 << 20, segment_bytes: int = 1 << 20
) -> AsyncIterator[SpooledProducer]:
    spooled = SpooledProducer(Spool(folder, max_bytes, segment_bytes), producer)
    task = asyncio.ensure_future(spooled.run())
    await asyncio.sleep(0)
    try:
        yield spooled
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def put(spooled: SpooledProducer, numbers: range) -> None:
    for number in numbers:
        spooled.put(TOPIC, f"call_{number % 3}", b"%d" % number, {"ce_id": str(number)})


def sent(producer: MemoryProducer) -> list[int]:
    return [int(record.value or b"-1") for record in producer.sent]


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.seg"))


def on_disk(folder: Path) -> list[int]:
    written = b"".join(path.read_bytes() for path in sorted(folder.glob("*.seg")))
    return [int(record.value or b"-1") for record, _ in frames.decode(written)]


records = st.builds(
    Outgoing,
    st.text(max_size=20),
    st.text(max_size=20),
    st.none() | st.binary(max_size=200),
    st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3),
)


@given(st.lists(records, max_size=5), st.binary(max_size=20))
def test_frames_give_back_what_was_written_up_to_a_torn_tail(written: list[Outgoing], tail: bytes) -> None:
    data = b"".join(frames.encode(record) for record in written)
    read = [record for record, _ in frames.decode(data + b"\x07" + tail)]
    assert read[: len(written)] == written
    assert frames.whole(data) == len(data)


@given(st.lists(records, min_size=1, max_size=4), st.data())
def test_a_cut_or_damaged_frame_is_not_read(written: list[Outgoing], data: st.DataObject) -> None:
    whole = [frames.encode(record) for record in written]
    joined = b"".join(whole)
    cut = data.draw(st.integers(0, len(joined) - 1))
    untouched = sum(1 for n in range(len(whole)) if len(b"".join(whole[: n + 1])) <= cut)
    assert [record for record, _ in frames.decode(joined[:cut])] == written[:untouched]
    flipped = joined[:cut] + bytes([joined[cut] ^ 0xFF]) + joined[cut + 1 :]
    assert [record for record, _ in frames.decode(flipped)][: untouched + 1] == written[:untouched]


async def test_events_are_sent_in_order_and_leave_nothing_behind(tmp_path: Path) -> None:
    producer = MemoryProducer()
    async with running(tmp_path, producer, segment_bytes=2000) as spooled:
        put(spooled, range(500))
        await until(lambda: spooled.depth() == 0)
        put(spooled, range(500, 600))
        await until(lambda: spooled.depth() == 0)
        assert spooled.waiting() is None
    assert sent(producer) == list(range(600))
    assert producer.sent[7].headers == {"ce_id": "7"}
    assert size_of(tmp_path) < 60_000


async def test_putting_never_waits(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer, max_bytes=64 << 20) as spooled:
        slowest = 0.0
        for number in range(2000):
            began = time.perf_counter()
            spooled.put(TOPIC, "call_1", b"x" * 500)
            slowest = max(slowest, time.perf_counter() - began)
            if number % 100 == 0:
                await asyncio.sleep(0)
        assert slowest < 0.05
        assert spooled.depth() == 2000


async def test_events_wait_for_the_broker_and_go_out_when_it_is_back(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(10))
        await until(lambda: spooled.problem() != "")
        await until(lambda: spooled.waiting() is None)  # on disk: a drain need not wait for the broker
        producer.broker.away = False
        await until(lambda: spooled.depth() == 0)
        assert spooled.problem() == ""
    assert sent(producer) == list(range(10))


async def test_what_is_said_to_be_kept_is_on_the_disk(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(100))
        await asyncio.wait_for(spooled.kept(), 5)
        assert on_disk(tmp_path) == list(range(100))
        await asyncio.wait_for(spooled.kept(), 5)


async def test_events_survive_the_process_in_order(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    for life in range(3):
        async with running(tmp_path, producer, segment_bytes=500) as spooled:
            put(spooled, range(life * 100, life * 100 + 100))
    producer.broker.away = False
    async with running(tmp_path, producer) as spooled:
        assert spooled.depth() == 300
        await until(lambda: spooled.depth() == 0)
    assert sent(producer) == list(range(300))


async def test_what_was_sent_is_not_sent_by_the_next_process(tmp_path: Path) -> None:
    producer = MemoryProducer()
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(10))
        await until(lambda: spooled.depth() == 0)
    async with running(tmp_path, producer) as spooled:
        assert spooled.depth() == 0
        put(spooled, range(10, 12))
        await until(lambda: spooled.depth() == 0)
    assert sent(producer) == list(range(12))


@pytest.mark.parametrize(
    "tail", [b"\x10", b"\x10\x00\x00\x00\x01\x02\x03\x04half", b"\xff" * 40, b"\x00" * 8]
)
async def test_a_torn_tail_is_cut_off_and_the_rest_is_kept(tmp_path: Path, tail: bytes) -> None:
    segments = Segments(tmp_path)
    segments.append([frames.encode(Outgoing(TOPIC, "call_1", b"%d" % n)) for n in range(5)])
    segments.close()
    with (tmp_path / f"{1:020d}.seg").open("ab") as file:
        file.write(tail)
    producer = MemoryProducer()
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(5, 8))
        await until(lambda: spooled.depth() == 0)
    assert sent(producer) == list(range(8))


async def test_a_damaged_segment_loses_only_its_own_rest(tmp_path: Path) -> None:
    segments = Segments(tmp_path, segment_bytes=1)
    for number in range(3):
        segments.append([frames.encode(Outgoing(TOPIC, "call_1", b"%d" % number))])
    segments.close()
    (tmp_path / f"{2:020d}.seg").write_bytes(b"damaged")
    producer = MemoryProducer()
    async with running(tmp_path, producer):
        await until(lambda: len(producer.sent) == 2)
    assert sent(producer) == [0, 2]


@pytest.mark.parametrize("content", ["", "nonsense", "9 9", "1 999999"])
def test_a_lost_place_sends_again_rather_than_losing(tmp_path: Path, content: str) -> None:
    segments = Segments(tmp_path)
    segments.append([frames.encode(Outgoing(TOPIC, "call_1", b"0"))])
    segments.close()
    (tmp_path / "taken").write_text(content)
    again = Segments(tmp_path)
    assert (len(again.read(10)[0]), again.pending_records) == (1, 1)
    again.close()


async def test_a_full_spool_refuses_counts_and_goes_on(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer, max_bytes=2000) as spooled:
        put(spooled, range(100))
        kept = spooled.depth()
        assert 0 < kept < 100
        assert spooled.dropped == 100 - kept
        producer.broker.away = False
        await until(lambda: spooled.depth() == 0)
        put(spooled, range(1000, 1001))
        await until(lambda: spooled.depth() == 0)
    assert sent(producer) == [*range(kept), 1000]


async def test_an_event_that_the_broker_would_refuse_is_dropped_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, MemoryProducer()) as spooled:
        spooled.put(TOPIC, "call_1", b"x" * (2 << 20))
        assert (spooled.dropped, spooled.depth()) == (1, 0)


def test_a_write_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    frame = frames.encode(Outgoing(TOPIC, "call_1", b"0"))
    segments.append([frame])
    real, half = segments._file, HalfFile(segments._file)
    segments._file = half  # type: ignore[assignment]
    with pytest.raises(OSError, match="no space"):
        segments.append([frame, frame])
    segments._file = real
    segments.append([frame])
    segments.close()
    assert (tmp_path / f"{1:020d}.seg").read_bytes() == frame + frame


class HalfFile:
    """A disk that is full in the middle of a write."""

    def __init__(self, file: object) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.write(data[: len(data) // 2])  # type: ignore[attr-defined]
        raise OSError(28, "no space left on device")

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_two_processes_never_share_a_spool(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    with pytest.raises(WrongSetting) as wrong:
        Spool(tmp_path)
    assert wrong.value.name == "KEEPLINE_DATA_DIR"
    first.close()
    Spool(tmp_path).close()


def test_a_folder_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting):
        Spool(tmp_path / "file" / "spool")


def test_taking_moves_the_place_and_removes_segments(tmp_path: Path) -> None:
    segments = Segments(tmp_path, segment_bytes=1)
    for number in range(3):
        segments.append([frames.encode(Outgoing(TOPIC, "call_1", b"%d" % number))])
    read, place = segments.read(1)
    segments.take(place, len(read))
    read, place = segments.read(1)
    segments.take(place, len(read))
    assert place == Place(2, len(frames.encode(read[0])))
    assert [path.name for path in sorted(tmp_path.glob("*.seg"))] == [f"{n:020d}.seg" for n in (2, 3)]
    segments.close()
