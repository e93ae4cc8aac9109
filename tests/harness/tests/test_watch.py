"""A component that ends is named and started again; one that is not ready is told, and when that is over."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from harness.components.component import Component
from harness.process import Process
from harness.until import until
from harness.watch import Watch

SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(300)"]


class OneThing:
    """A world of one component."""

    waves = (("sleeper",),)

    def __init__(self, folder: Path) -> None:
        self.reason = ""
        self.process = Process("sleeper", SLEEPER, folder / "log")
        self.components = {"sleeper": Component("sleeper", self.process, self.missing, within=5)}

    async def missing(self) -> str:
        return self.reason or ("" if "up" in self.process.logs() else "it is not up")

    async def start(self, name: str) -> None:
        await self.components[name].start()


@pytest.fixture
async def said(world: OneThing) -> AsyncIterator[list[str]]:
    said: list[str] = []
    watching: Any = Watch(world, said.append, look_seconds=0.01)  # type: ignore[arg-type]
    task = asyncio.ensure_future(watching.run())
    yield said
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[OneThing]:
    made = OneThing(tmp_path)
    await made.start("sleeper")
    yield made
    await made.process.stop()


async def test_what_ends_is_named_and_started_again(world: OneThing, said: list[str]) -> None:
    await world.process.kill()
    await until(lambda: "sleeper is up again." in said, 10)
    assert said[0] == f"sleeper ended with {128 + signal.SIGKILL} (SIGKILL); it is started again."
    assert world.process.running


async def test_what_is_not_ready_is_told_once_and_when_that_is_over(world: OneThing, said: list[str]) -> None:
    world.reason = "it thinks"
    await until(lambda: said, 10)
    world.reason = ""
    await until(lambda: len(said) > 1, 10)
    assert said == ["sleeper is not ready: it thinks", "sleeper is ready again."]


async def test_what_cannot_be_started_again_is_told(world: OneThing, said: list[str]) -> None:
    world.process.command = [sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"]
    world.process.log.unlink()
    await world.process.kill()
    await until(lambda: len(said) > 1, 10)
    assert said[1].startswith("sleeper ended with 3; still awaited")
