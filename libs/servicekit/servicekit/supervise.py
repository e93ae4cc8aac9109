"""python -m servicekit.supervise --alive URL -- COMMAND: runs a process, and again when it hangs or ends.

A process that is stopped or deadlocked keeps its ports and its locks and answers nobody. One that does not
answer its liveness within 5 s is killed, which frees them, and started again. Where something else does that
(the liveness probe of a Kubernetes pod), this is not needed.
"""

import argparse
import http.client
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from functools import partial
from types import FrameType
from urllib.parse import urlsplit

from servicekit.backoff import Backoff
from servicekit.telemetry.line_writer import LineWriter
from servicekit.telemetry.plain_line import plain_line, told_dropped

FIRST_ANSWER_SECONDS = 60.0
SILENT_SECONDS = 4.0
ASK_SECONDS = 1.0
SETTLED_SECONDS = 10.0
_LAST_WORDS_SECONDS = 0.2
# Nobody is left to look after a process whose supervisor was killed (prctl(2), PR_SET_PDEATHSIG). setpriv(1)
# of util-linux becomes the command. Not a preexec_fn: our writer's thread may hold a lock when we fork.
_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")


_NAME = "supervise"
_lines = LineWriter(2, partial(told_dropped, _NAME))


class Supervisor:
    """`silent_seconds` and one question of `ask_seconds` more, and a process that answered before is killed;
    `first_seconds` is what a new one may take; one that lived for `settled_seconds` is started at once again.
    """

    def __init__(
        self,
        command: Sequence[str],
        alive: str,
        *,
        first_seconds: float = FIRST_ANSWER_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
        ask_seconds: float = ASK_SECONDS,
        settled_seconds: float = SETTLED_SECONDS,
    ) -> None:
        self._command = list(command)
        self._url = urlsplit(alive)
        self._first_seconds = first_seconds
        self._silent_seconds = silent_seconds
        self._ask_seconds = ask_seconds
        self._settled_seconds = settled_seconds
        self._told = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """The exit code of the command: after a signal to us, or when it ended before it ever answered."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)
        backoff = Backoff(0.1, 5.0)
        while True:
            began = time.monotonic()
            code, lived = self._live()
            if self._told.is_set() or not lived:
                return code
            if time.monotonic() - began >= self._settled_seconds:
                backoff.reset()
            pause = backoff.next_seconds()
            _say(self._command, f"it ended with {code} and is started again in {pause:.2f} s")
            self._told.wait(pause)

    def _live(self) -> tuple[int, bool]:
        """One life: its exit code, and whether it was one (it answered, or a signal ended it)."""
        self._child = child = subprocess.Popen([*_WITH_PARENT, *self._command])  # noqa: S603  the operator's command
        answered, answered_at = False, time.monotonic()
        while child.poll() is None:
            if self._told.is_set():
                child.terminate()
                return _code(child.wait()), answered
            answers = self._answers()
            if answers:
                answered, answered_at = True, time.monotonic()
            patience = self._silent_seconds if answered else self._first_seconds
            if time.monotonic() - answered_at > patience:
                _say(self._command, "it does not answer and is killed")
                child.kill()
            # one that is well is asked seldom, because each question costs it a millisecond
            self._told.wait(self._ask_seconds if answers else self._ask_seconds / 4)
        return _code(child.wait()), answered or child.returncode < 0

    def _answers(self) -> bool:
        asking = http.client.HTTPConnection(
            self._url.hostname or "", self._url.port or 80, timeout=self._ask_seconds
        )
        try:
            asking.request("GET", self._url.path or "/")
            return asking.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        if self._told.is_set() and self._child is not None:
            self._child.send_signal(number)
        self._told.set()


def _code(returned: int) -> int:
    return returned if returned >= 0 else 128 - returned


def _say(command: Sequence[str], event: str) -> None:
    """A pipe that nobody reads, which is the command's as well, holds up nobody here either."""
    _lines.write(plain_line(_NAME, event, "error", command=command[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="servicekit.supervise")
    parser.add_argument("--alive", required=True, help="URL that a living process answers with 200")
    parser.add_argument(
        "--first-seconds", type=float, default=FIRST_ANSWER_SECONDS, help="until its first answer"
    )
    parser.add_argument(
        "--silent-seconds", type=float, default=SILENT_SECONDS, help="without an answer, then it is killed"
    )
    parser.add_argument(
        "--settled-seconds", type=float, default=SETTLED_SECONDS, help="of a life that makes up for others"
    )
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    supervisor = Supervisor(
        asked.command,
        asked.alive,
        first_seconds=asked.first_seconds,
        silent_seconds=asked.silent_seconds,
        settled_seconds=asked.settled_seconds,
    )
    code = supervisor.run()
    _lines.finish(_LAST_WORDS_SECONDS)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
