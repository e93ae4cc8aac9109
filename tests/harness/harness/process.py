"""One child process: started with its log in a file, awaited until ready, stopped without leftovers."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.until import NotInTime, until

_TAIL_LINES = 25
_LEASH = str(Path(__file__).with_name("leash.py"))
_KILL = signal.SIGUSR1


class NotReady(Exception):
    """A component that did not come up; the text names it, says what was missing and shows its log."""


@dataclass
class Process:
    """command: argv; env: added to ours; grace: seconds it may take to end; terminal: give it one."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    grace: float = 10.0
    terminal: bool = False
    umask: int = -1
    _leash: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the command itself, which leads a process group and session of its own."""
        if self._leash is None:
            raise RuntimeError(f"{self.name} is not running")
        leash = self._leash.pid
        children = Path(f"/proc/{leash}/task/{leash}/children").read_text().split()
        if not children:
            raise RuntimeError(f"{self.name} is not running")
        return int(children[0])

    @property
    def running(self) -> bool:
        return self._leash is not None and self._leash.returncode is None

    async def start(self) -> None:
        """Start it from the main thread only: the leash is told when the thread that started it ends."""
        if self.running:
            raise RuntimeError(f"{self.name} is running already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        leash = [sys.executable, "-I", "-S", _LEASH, str(os.getpid()), *(["--terminal"] * self.terminal)]
        with self.log.open("ab") as out:
            self._leash = await asyncio.create_subprocess_exec(
                *leash,
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.cwd,
                env={**os.environ, **self.env},
                start_new_session=True,
                umask=self.umask,
            )

    async def ready(
        self, check: Callable[[], object | Awaitable[object]], within: float, what: str | Callable[[], str]
    ) -> None:
        """Waits for check to be true, as long as the process lives; `what` is awaited, in words."""

        def answer() -> object | Awaitable[object]:
            return check() if self.running else True

        try:
            await until(answer, within)
        except NotInTime as late:
            raise NotReady(
                f"{self.name} is not ready after {within:g} s: {_said(what)}\n{self.tail()}"
            ) from late
        if not self.running:
            raise NotReady(
                f"{self.name} ended with {self.exit_code}; still awaited: {_said(what)}\n{self.tail()}"
            )

    @property
    def exit_code(self) -> int | None:
        """128 + signal where a signal ended it; None while it runs."""
        return self._leash.returncode if self._leash is not None else None

    async def wait(self, within: float) -> int:
        """The exit code of a command that ends by itself."""
        if self._leash is None:
            raise RuntimeError(f"{self.name} is not running")
        return await asyncio.wait_for(self._leash.wait(), within)

    async def stop(self) -> None:
        """Asks, waits for the grace, then kills; whatever it started goes with it."""
        leash = self._leash
        if leash is None or leash.returncode is not None:
            return
        with suppress(RuntimeError):  # asked to end before the leash had started the command
            self.resume()
        leash.terminate()
        try:
            await asyncio.wait_for(leash.wait(), self.grace)
        except TimeoutError:
            sys.stderr.write(f"{self.name} did not end within {self.grace:g} s and was killed\n")
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, as a fault."""
        if self._leash is not None and self._leash.returncode is None:
            self._leash.send_signal(_KILL)
            await self._leash.wait()

    def pause(self) -> None:
        """Stops its whole group in its tracks, as a fault: connections stay open, nobody answers."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        if self.running:
            os.killpg(self.pid, signal.SIGCONT)

    def logs(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self) -> str:
        lines = self.logs().splitlines()[-_TAIL_LINES:]
        return "\n".join([f"--- the end of {self.log}", *lines])


def _said(what: str | Callable[[], str]) -> str:
    return what if isinstance(what, str) else what()
