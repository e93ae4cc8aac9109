"""What is not the main duty is started again, is told meanwhile, and never ends the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from servicekit.backoff import Backoff
from servicekit.clock import FakeClock
from servicekit.keeping import SETTLED_SECONDS, KeptTask
from servicekit.readiness import Readiness
from servicekit.testing import until


class Pauses(Backoff):
    """Notes how long it would pause, and only lets others run."""

    def __init__(self) -> None:
        super().__init__(1.0, 8.0)
        self.seconds: list[float] = []

    async def pause(self) -> None:
        self.seconds.append(self.next_seconds())
        await asyncio.sleep(0)


class Crashing:
    """Crashes as often as it is told to, then runs until it is told to crash again."""

    def __init__(self, crashes: int) -> None:
        self.starts = 0
        self.crashes = crashes
        self.again = asyncio.Event()

    async def run(self) -> None:
        self.starts += 1
        if self.starts > self.crashes:
            await self.again.wait()
            self.again.clear()
        raise RuntimeError(f"crash {self.starts}")


@asynccontextmanager
async def running(kept: KeptTask) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(kept.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_crash_is_told_until_the_task_ran_for_a_while_again() -> None:
    clock, work = FakeClock(), Crashing(3)
    kept = KeptTask("relay", work.run, clock, Pauses())
    async with running(kept):
        await until(lambda: work.starts == 4)
        assert kept.problem() == "crashed and is started again: RuntimeError('crash 3')"
        clock.advance(SETTLED_SECONDS - 1)
        assert kept.problem() != ""
        clock.advance(1)
        assert kept.problem() == ""


async def test_pauses_grow_while_it_crashes_and_begin_anew_after_it_was_well() -> None:
    clock, work, pauses = FakeClock(), Crashing(5), Pauses()
    async with running(KeptTask("relay", work.run, clock, pauses)):
        await until(lambda: work.starts == 6)
        assert [0.7 * n <= s <= 1.3 * n for n, s in zip((1, 2, 4, 8, 8), pauses.seconds, strict=True)]
        clock.advance(SETTLED_SECONDS)
        work.again.set()
        await until(lambda: work.starts == 7)
        assert pauses.seconds[-1] <= 1.3


async def test_a_task_that_is_done_is_not_started_again() -> None:
    starts: list[int] = []

    async def first_reading() -> None:
        starts.append(1)
        if len(starts) == 1:
            raise ValueError("not yet")

    kept = KeptTask("first reading", first_reading, FakeClock(), Pauses())
    async with running(kept) as task:
        await task
    assert (len(starts), kept.problem()) == (2, "")


async def test_a_cancellation_that_nobody_asked_for_is_a_crash_and_one_of_ours_is_the_end() -> None:
    starts: list[int] = []

    async def library() -> None:
        starts.append(1)
        if len(starts) == 1:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    kept = KeptTask("consumer", library, FakeClock(), Pauses())
    async with running(kept) as task:
        await until(lambda: len(starts) == 2)
        assert "cancelled" in kept.problem()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


MAIN: list[tuple[str, Callable[[Readiness], None], bool, dict[str, str]]] = [
    ("all well", lambda _: None, True, {}),
    ("a degraded check", lambda r: r.add_degraded("broker", lambda: "away"), True, {"broker": "away"}),
    ("a degraded check that is well", lambda r: r.add_degraded("broker", lambda: None), True, {}),
    ("a check of the main duty", lambda r: r.add("table", lambda: "none yet"), False, {}),
    ("draining", lambda r: r.drain(), False, {}),
]


@pytest.mark.parametrize(("name", "change", "ready", "degraded"), MAIN, ids=[row[0] for row in MAIN])
def test_only_the_main_duty_takes_a_process_out_of_service(
    name: str, change: Callable[[Readiness], None], ready: bool, degraded: dict[str, str]
) -> None:
    readiness = Readiness()
    readiness.add("always", lambda: "")
    change(readiness)
    assert (readiness.ready, readiness.degraded()) == (ready, degraded)
    assert sum(readiness.degraded_readings().values()) == len(degraded)
