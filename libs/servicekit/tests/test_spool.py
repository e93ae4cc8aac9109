"""What was put is sent, in order and at least once, whatever happens to broker, process or disk."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.kafka import Outgoing
from servicekit.settings import WrongSetting
from servicekit.spool import Spool, SpooledProducer
from servicekit.spool.file import NAME, SpoolFile, size_of
from servicekit.testing import MemoryProducer, until

TOPIC = "keepline.call.events.v1"


@asynccontextmanager
async def running(
    folder: Path, producer: MemoryProducer, max_bytes: int = 1 << 20
) -> AsyncIterator[SpooledProducer]:
    spooled = SpooledProducer(Spool(folder, max_bytes), producer)
    task = asyncio.ensure_future(spooled.run())
    await asyncio.sleep(0)
    try:
        yield spooled
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        spooled.close()


def put(spooled: SpooledProducer, numbers: range) -> None:
    for number in numbers:
        spooled.put(TOPIC, f"call_{number % 3}", b"%d" % number, {"ce_id": str(number)})


def sent(producer: MemoryProducer) -> list[int]:
    return [int(record.value or b"-1") for record in producer.sent]


def on_disk(folder: Path) -> list[int]:
    """What the next process would find if this one ended now."""
    with TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        file = SpoolFile(Path(copy))
        found = [int(record.value or b"-1") for _, record in file.read(0, 1000)]
        file.close()
    return found


records = st.builds(
    Outgoing,
    st.text(max_size=20),
    st.text(max_size=20),
    st.none() | st.binary(max_size=200),
    st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3),
)


@given(st.lists(records, max_size=5))
@settings(max_examples=30)
def test_the_file_gives_back_what_was_written(written: list[Outgoing]) -> None:
    with TemporaryDirectory() as folder:
        file = SpoolFile(Path(folder))
        file.append(written)
        file.close()
        again = SpoolFile(Path(folder))
        assert [record for _, record in again.read(0, 10)] == written
        assert (again.pending_records, again.pending_bytes) == (len(written), sum(map(size_of, written)))
        again.close()


async def test_events_are_sent_in_order_and_leave_nothing_behind(tmp_path: Path) -> None:
    producer = MemoryProducer()
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(500))
        await until(lambda: spooled.depth() == 0)
        put(spooled, range(500, 600))
        await until(lambda: spooled.depth() == 0)
        assert spooled.waiting() is None
    assert sent(producer) == list(range(600))
    assert producer.sent[7].headers == {"ce_id": "7"}


class Held(SpoolFile):
    """A disk that takes nothing until it is let go."""

    go_on = threading.Event()

    def append(self, batch: Sequence[Outgoing]) -> None:
        self.go_on.wait(10)
        super().append(batch)


async def test_putting_waits_for_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicekit.spool.spool.SpoolFile", Held)
    producer = MemoryProducer()
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(1000))
        await asyncio.sleep(0)
        put(spooled, range(1000, 2000))  # the disk has taken none yet, and the loop is here
        assert (spooled.depth(), producer.sent) == (2000, [])
        Held.go_on.set()
        await until(lambda: len(producer.sent) == 2000)
    assert sent(producer) == list(range(2000))


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
        await asyncio.wait_for(spooled.kept(), 30)
        assert on_disk(tmp_path) == list(range(100))
        await asyncio.wait_for(spooled.kept(), 30)


async def test_events_survive_the_process_in_order(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    for life in range(3):
        async with running(tmp_path, producer) as spooled:
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


async def test_run_again_after_a_crash_it_sends_what_was_not_taken(tmp_path: Path) -> None:
    class Crashing(MemoryProducer):
        crashes = 1

        async def send_many(self, records: Sequence[Outgoing]) -> None:
            if self.crashes:
                self.crashes -= 1
                raise RuntimeError("a fault of the client")
            await super().send_many(records)

    producer = Crashing()
    spooled = SpooledProducer(Spool(tmp_path), producer)
    put(spooled, range(5))
    with pytest.raises(ExceptionGroup):
        await spooled.run()
    put(spooled, range(5, 8))
    task = asyncio.ensure_future(spooled.run())
    await until(lambda: spooled.depth() == 0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    spooled.close()
    assert sent(producer) == list(range(8))


async def test_a_file_that_is_no_spool_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"what a broken disk left of it" * 100)
    producer = MemoryProducer()
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(3))
        await until(lambda: spooled.depth() == 0)
    assert (tmp_path / f"damaged-{NAME}").exists()


def damage(folder: Path) -> None:
    """All of the file and its log but the beginning of each."""
    for path in folder.glob(f"{NAME}*"):
        with path.open("r+b") as file:
            for page in range(3 * 4096, path.stat().st_size, 4096):
                file.seek(page)
                file.write(b"\xff" * 64)


async def test_a_file_that_breaks_while_it_is_used_is_set_aside_and_what_comes_later_goes_out(
    tmp_path: Path,
) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer, max_bytes=20 << 20) as spooled:
        for number in range(3000):  # more than SQLite has in memory
            spooled.put(TOPIC, "call_1", b"%06d" % number + b"x" * 3000)
        await asyncio.wait_for(spooled.kept(), 30)
        damage(tmp_path)
        producer.broker.away = False
        await until((tmp_path / f"damaged-{NAME}").exists, 30)
        put(spooled, range(3))
        await until(lambda: spooled.depth() == 0 and not spooled.problem(), 20)
    assert [record.value for record in producer.sent[-3:]] == [b"0", b"1", b"2"]


def test_a_file_that_is_broken_further_on_is_set_aside_at_start(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path)
    file.append([Outgoing(TOPIC, "call_1", b"x" * 3000) for _ in range(100)])
    file.close()
    damage(tmp_path)
    file = SpoolFile(tmp_path)
    assert (file.pending_records, file.pending_bytes) == (0, 0)
    assert (tmp_path / f"damaged-{NAME}").exists()
    file.close()


async def test_a_full_spool_refuses_counts_and_goes_on(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer, max_bytes=2000) as spooled:
        put(spooled, range(200))
        kept = spooled.depth()
        assert 0 < kept < 200
        assert spooled.dropped == 200 - kept
        producer.broker.away = False
        await until(lambda: spooled.depth() == 0)
        put(spooled, range(1000, 1001))
        await until(lambda: spooled.depth() == 0)
    assert sent(producer) == [*range(kept), 1000]


async def test_a_spool_says_that_it_fills_up_before_it_is_full(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.away = True
    async with running(tmp_path, producer, max_bytes=10_000) as spooled:
        spooled.put(TOPIC, "call_1", b"x" * 4000)
        await until(lambda: spooled.problem() != "")
        assert "full" not in spooled.problem()
        spooled.put(TOPIC, "call_1", b"x" * 2000)
        assert "61% full" in spooled.problem()
        assert spooled.dropped == 0
        producer.broker.away = False
        await until(lambda: spooled.depth() == 0 and spooled.problem() == "")


async def test_an_event_that_the_broker_refuses_is_put_aside_and_the_others_go_out(tmp_path: Path) -> None:
    producer = MemoryProducer()
    producer.broker.refuses = lambda record: record.value == b"3"
    async with running(tmp_path, producer) as spooled:
        put(spooled, range(6))
        await until(lambda: spooled.depth() == 0)
    numbers = sent(producer)
    assert numbers[:3] == [0, 1, 2]
    assert numbers[-2:] == [4, 5]
    assert 3 not in numbers
    file = SpoolFile(tmp_path)
    assert [(topic, key) for topic, key, _ in file.refused()] == [(TOPIC, "call_0")]
    file.close()


@pytest.mark.parametrize("record", [("call_1", b"x" * (2 << 20)), ("call_\ud800", b"x")])
async def test_an_event_that_cannot_be_kept_or_sent_is_dropped_at_once(
    tmp_path: Path, record: tuple[str, bytes]
) -> None:
    async with running(tmp_path, MemoryProducer()) as spooled:
        spooled.put(TOPIC, *record)
        assert (spooled.dropped, spooled.depth()) == (1, 0)


def test_two_processes_never_share_a_spool(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    with pytest.raises(WrongSetting) as wrong:
        Spool(tmp_path)
    assert wrong.value.name == "KEEPLINE_DATA_DIR"
    assert "another process" in wrong.value.reason
    first.close()
    Spool(tmp_path).close()


def test_a_folder_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting):
        Spool(tmp_path / "file" / "spool")


def test_an_emptied_file_is_small_again_and_goes_on_counting(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path)
    file.append([Outgoing(TOPIC, "call_1", b"x" * 100_000) for _ in range(200)])
    read = file.read(0, 500)
    file.take(read[-1][0])
    assert (file.pending_records, file.pending_bytes) == (0, 0)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1 << 20
    file.append([Outgoing(TOPIC, "call_1", b"after")])
    assert [record.value for _, record in file.read(read[-1][0], 10)] == [b"after"]
    file.close()
