"""From a thread to the loop: nothing is lost on the way, and what had to be dropped is marked."""

import asyncio
import threading
from collections import deque

from switchlink.esl import EslEvent, EslItem, Resync
from switchlink.esl.crossing import BATCH, Crossing

COUNT = 50_000


def _event(index: int) -> EslEvent:
    return EslEvent({"Unique-ID": str(index)})


def _crossing(limit: int) -> Crossing:
    crossing = Crossing(limit)
    crossing.attach(asyncio.get_running_loop())
    return crossing


async def test_what_arrives_at_the_very_end_of_a_batch_wakes_the_loop_again() -> None:
    """The writer's thread comes in after the last look at the queue: with the flag cleared after the
    work instead of before it, this answer would wait for ever."""
    crossing = _crossing(10)
    answered = asyncio.Event()

    class LastLook(deque[EslItem]):
        def __len__(self) -> int:
            if crossing_is_done := first.is_set() and not answered.is_set():
                crossing.post(answered.set)
            return 0 if crossing_is_done else super().__len__()

    first = asyncio.Event()
    crossing._items = LastLook()
    crossing.post(first.set)
    async with asyncio.timeout(2):
        await answered.wait()


async def test_events_from_a_thread_come_all_and_in_order() -> None:
    crossing = _crossing(COUNT)

    def write() -> None:
        for index in range(COUNT):
            crossing.put(_event(index))

    thread = threading.Thread(target=write)
    thread.start()
    seen: list[str] = []
    async with asyncio.timeout(20):
        while len(seen) < COUNT:
            seen += [item.uuid for item in await crossing.take() if isinstance(item, EslEvent)]
    thread.join()
    assert seen == [str(index) for index in range(COUNT)]
    assert crossing.dropped == 0


async def test_answers_are_never_dropped_and_keep_their_order() -> None:
    crossing = _crossing(1)
    done: list[int] = []
    finished = asyncio.Event()

    def write() -> None:
        for index in range(5000):
            crossing.post(lambda index=index: done.append(index))  # type: ignore[misc]
        crossing.post(finished.set)

    threading.Thread(target=write).start()
    async with asyncio.timeout(10):
        await finished.wait()
    assert done == list(range(5000))


async def test_a_batch_is_bounded() -> None:
    crossing = _crossing(10 * BATCH)
    for index in range(3 * BATCH):
        crossing.put(_event(index))
    assert len(await crossing.take()) == BATCH


async def test_one_mark_stands_where_events_were_dropped() -> None:
    crossing = _crossing(10)
    for index in range(25):
        crossing.put(_event(index))
    items = await crossing.take()
    assert items == [*map(_event, range(10)), Resync("overflow")]
    assert crossing.dropped == 15


async def test_events_are_kept_again_when_the_reader_caught_up() -> None:
    crossing = _crossing(10)
    for index in range(25):
        crossing.put(_event(index))
    await crossing.take()
    crossing.put(_event(99))
    assert await crossing.take() == [_event(99)]


async def test_a_mark_of_ours_is_never_dropped() -> None:
    crossing = _crossing(1)
    for index in range(5):
        crossing.put(_event(index))
    crossing.put(Resync("connected"))
    assert (await crossing.take())[-1] == Resync("connected")


async def test_a_reader_that_waits_is_released_at_the_end() -> None:
    crossing = _crossing(1)
    waiting = asyncio.ensure_future(crossing.take())
    await asyncio.sleep(0)
    crossing.end()
    assert await waiting == []
