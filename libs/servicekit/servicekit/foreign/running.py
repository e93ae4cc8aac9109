"""A program that is not ours as a child: its lines are read here and told in our shape.

The child gets our signals, ends with us, and its end is ours. Nobody waits for whoever reads our stderr: what
the child says is dropped and counted before it is held up (servicekit.telemetry.line_writer).
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import FrameType
from typing import IO

from servicekit.foreign.reading import Fields, Read
from servicekit.telemetry.line_writer import LineWriter
from servicekit.telemetry.plain_line import plain_line, told_dropped

PASSED_ON = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
)
MOST_OF_A_LINE = 131_072
"""Bytes; what is longer is told as several lines."""
LAST_WORDS_SECONDS = 1.0
# Told to end when we are gone, however that went (prctl(2), PR_SET_PDEATHSIG), so that its own children end
# too, which hold its ports. setpriv(1) of util-linux becomes the command.
_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")


def command_line(kind: str, service: str, command: Sequence[str]) -> list[str]:
    """Of a process that runs the command and does no more (`__main__`)."""
    return [sys.executable, "-m", "servicekit.foreign", kind, "--as", service, "--", *command]


class Foreign:
    def __init__(
        self,
        service: str,
        command: Sequence[str],
        read: Read,
        *,
        environment: Mapping[str, str] | None = None,
        heard: Callable[[Fields], None] = lambda _fields: None,
    ) -> None:
        """service: as its lines name it; heard: gets each line's fields as well."""
        self._service = service
        self._command = [*_WITH_PARENT, *command]
        self._read = read
        self._environment = environment
        self._heard = heard
        self._lines = LineWriter(2, partial(told_dropped, service))
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        """Signals that came before there was a child."""

    def run(self) -> int:
        """From the main thread. The child's exit code, 128 and the signal where one ended it."""
        for number in PASSED_ON:
            signal.signal(number, self._pass_on)
        said = subprocess.PIPE
        self._child = child = subprocess.Popen(  # noqa: S603 - the operator's command
            self._command, env=self._environment, stdout=said, stderr=subprocess.STDOUT
        )
        while self._early:
            child.send_signal(self._early.pop(0))
        assert child.stdout is not None
        reading = threading.Thread(target=self._tell, args=(child.stdout,), name="lines", daemon=True)
        reading.start()
        code = child.wait()
        # not longer: a process that the child left behind may hold the pipe
        reading.join(LAST_WORDS_SECONDS)
        self._lines.finish(LAST_WORDS_SECONDS)
        return code if code >= 0 else 128 - code

    def send_signal(self, number: int) -> None:
        if self._child is None:
            self._early.append(number)
        else:
            self._child.send_signal(number)

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        self.send_signal(number)

    def _tell(self, said: IO[bytes]) -> None:
        with said:  # should this end early, the child must not wait for it
            while line := said.readline(MOST_OF_A_LINE):
                text = line.decode(errors="backslashreplace").strip("\r\n")
                if not text.strip():
                    continue
                fields = self._read(text)
                self._heard(fields)
                self._lines.write(plain_line(**{"service": self._service, **fields}))
