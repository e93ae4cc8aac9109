"""Looks after a running world: names what ended or does not answer, and starts again what ended."""

import asyncio
import signal
from collections.abc import Callable

from harness.components.component import Component
from harness.process import NotReady
from harness.world import World
from servicekit.backoff import Backoff

_LOOK_SECONDS = 1.0
# of how many looks one also asks whether it is ready
_ASK_EVERY = 10
_SIGNALLED = 128


class Watch:
    """`say` is given one sentence for each thing that happens."""

    def __init__(
        self, world: World, say: Callable[[str], None], *, look_seconds: float = _LOOK_SECONDS
    ) -> None:
        self._world = world
        self._say = say
        self._look_seconds = look_seconds

    async def run(self) -> None:
        started = [name for wave in self._world.waves for name in wave]
        async with asyncio.TaskGroup() as group:
            for name in started:
                group.create_task(self._look_after(self._world.components[name]))

    async def _look_after(self, component: Component) -> None:
        backoff, looks, missed = Backoff(1.0, 30.0), 0, 0
        while True:
            await asyncio.sleep(self._look_seconds)
            looks += 1
            if component.process is not None and not component.process.running:
                await self._start_again(component, backoff)
                missed = 0
            elif looks % _ASK_EVERY == 0:
                missed = self._told(component.name, missed, await component.missing())

    async def _start_again(self, component: Component, backoff: Backoff) -> None:
        code = component.process.exit_code if component.process is not None else None
        self._say(f"{component.name} ended with {_in_words(code)}; it is started again.")
        try:
            await self._world.start(component.name)
        except NotReady as not_ready:
            first, *_ = str(not_ready).splitlines()
            self._say(f"{first} It is tried again; its log says more.")
            await asyncio.sleep(backoff.next_seconds())
        else:
            backoff.reset()
            self._say(f"{component.name} is up again.")

    def _told(self, name: str, missed: int, missing: str) -> int:
        """How often in a row it was not ready. Told from the second time on: a busy machine answers late."""
        if missing and missed == 1:
            self._say(f"{name} is not ready: {missing}")
        elif not missing and missed > 1:
            self._say(f"{name} is ready again.")
        return missed + 1 if missing else 0


def _in_words(code: int | None) -> str:
    if code is not None and code > _SIGNALLED:
        return f"{code} ({signal.Signals(code - _SIGNALLED).name})"
    return str(code)
