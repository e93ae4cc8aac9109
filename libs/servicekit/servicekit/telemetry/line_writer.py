"""Log lines to a file descriptor, without ever waiting for whoever reads them.

A line that fits is written at once by the thread that tells it. With a pipe that is full, lines queue up to a
bound, in order, and a thread writes them as they are read. What does not fit any more is dropped and counted,
and the count is told in a line when writing goes on.

logging.handlers.QueueListener wakes its thread for each line, which costs a fifth more than writing it.
"""

import os
import select
import stat
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

MOST_BYTES = 4 << 20
AT_ONCE = 4096
"""PIPE_BUF of Linux: so much is written whole or not at all (pipe(7))."""


class LineWriter:
    """Like a text file, as far as structlog and logging write to one. `told` makes the line that tells how
    many were dropped, and may count them."""

    def __init__(self, descriptor: int, told: Callable[[int], str], most_bytes: int = MOST_BYTES) -> None:
        self._descriptor = descriptor
        self._told = told
        self._most_bytes = most_bytes
        self._at_once = _at_once(descriptor)
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Also in a child: what waits is the parent's to write, and so is the thread."""
        self._changed = threading.Condition(threading.Lock())
        self._waiting: deque[bytes] = deque()
        # waiting and being written, in bytes; dropped since it was told
        self._bytes = self._dropped = 0
        self._thread: threading.Thread | None = None

    def write(self, text: str) -> int:
        line = text.encode(errors="backslashreplace")
        with self._changed:
            if not self._bytes and self._at_once(line):
                return len(text)
            if self._bytes + len(line) > self._most_bytes:
                self._dropped += 1
                return len(text)
            self._waiting.append(line)
            self._bytes += len(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_waiting, name="log lines", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Nothing: a line is written or waits for whoever reads."""

    def finish(self, within_seconds: float) -> None:
        """What waits is written, or the time is over."""
        until = time.monotonic() + within_seconds
        with self._changed:
            while self._bytes and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _write_waiting(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._dropped:
                    self._changed.wait()
                lines = b"".join(self._waiting)
                waited = len(lines)
                self._waiting.clear()
                dropped, self._dropped = self._dropped, 0
                if dropped:
                    lines += self._told(dropped).encode()
                    self._bytes += len(lines) - waited
            with suppress(OSError):  # nobody is there any more, and nowhere to say so
                _write_all(self._descriptor, lines)
            with self._changed:
                self._bytes -= len(lines)
                self._changed.notify_all()


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _at_once(descriptor: int) -> Callable[[bytes], bool]:
    """Writes a line if that takes no waiting, or says False."""
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(kind):
        # opened anew, because O_NONBLOCK would be everybody's who has the same descriptor (open(2), proc(5))
        with suppress(OSError):
            own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
            return lambda line: len(line) <= AT_ONCE and _written(own, line)
    if stat.S_ISREG(kind):
        return lambda line: _written(descriptor, line)
    asked = select.poll()
    asked.register(descriptor, select.POLLOUT)
    return lambda line: len(line) <= AT_ONCE and bool(asked.poll(0)) and _written(descriptor, line)


def _written(descriptor: int, line: bytes) -> bool:
    try:
        _write_all(descriptor, line)
    except BlockingIOError:
        return False
    except OSError:  # nobody reads any more: the line is lost, and its teller goes on
        return True
    return True
