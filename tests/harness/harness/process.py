"""One child process: started with its log in a file, awaited until ready, stopped without leftovers."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.until import NotInTime, until

_TAIL_LINES = 25


class NotReady(Exception):
    """A component that did not come up; the text names it, says what was missing and shows its log."""


@dataclass
class Process:
    """command: argv; env: added to ours; stop_signal: what asks it to end; grace: seconds it may take."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    _child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        if self._child is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.returncode is None

    async def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "harness.leash",
                str(os.getpid()),
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.cwd,
                env={**os.environ, **self.env},
                start_new_session=True,
            )

    async def ready(self, check: Callable[[], object], within: float, what: str) -> None:
        """Waits for check to be true, as long as the process lives."""
        try:
            await until(lambda: not self.running or check(), within, what)
        except NotInTime as late:
            raise NotReady(f"{self.name} is not ready: {late}\n{self.tail()}") from late
        if not self.running:
            code = self._child.returncode if self._child else None
            raise NotReady(f"{self.name} ended with {code} before {what}\n{self.tail()}")

    async def wait(self, within: float) -> int:
        """The exit code of a command that ends by itself."""
        if self._child is None:
            raise RuntimeError(f"{self.name} is not running")
        return await asyncio.wait_for(self._child.wait(), within)

    async def stop(self) -> None:
        """Asks, waits for the grace, then kills; whatever it started goes with it."""
        child = self._child
        if child is None:
            return
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGCONT)
                child.send_signal(self.stop_signal)
            try:
                await asyncio.wait_for(child.wait(), self.grace)
            except TimeoutError:
                sys.stderr.write(f"{self.name} did not end within {self.grace:g} s and was killed\n")
        await self._sweep(child)

    async def kill(self) -> None:
        """SIGKILL, as a fault."""
        if self._child is not None:
            await self._sweep(self._child)

    def signal(self, number: int) -> None:
        """To the whole group: SIGSTOP and SIGCONT as faults."""
        os.killpg(self.pid, number)

    async def _sweep(self, child: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
        self._child = None

    def tail(self) -> str:
        if not self.log.exists():
            return f"({self.log} does not exist)"
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([f"--- the end of {self.log}", *lines])
