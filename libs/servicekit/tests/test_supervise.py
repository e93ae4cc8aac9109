"""A process that hangs or dies is started again; one that is told to end, ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

CHILD = """
import http.server, os, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""


class Supervised:
    def __init__(self, folder: Path, *command: str, said: int | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
        script = folder / "child.py"
        script.write_text(CHILD)
        supervise = [
            sys.executable,
            "-m",
            "servicekit.supervise",
            "--alive",
            f"http://127.0.0.1:{self.port}/",
        ]
        supervise += ["--silent-seconds", "0.5", "--first-seconds", "5", "--settled-seconds", "0"]
        child = list(command) or [sys.executable, str(script), str(self.port)]
        self.said = folder / "said"
        with self.said.open("wb") as file:
            self.process = subprocess.Popen([*supervise, "--", *child], stderr=file if said is None else said)

    def child(self, unlike: int = 0) -> int:
        """Waits for an answer of another process than this one; its pid."""
        return until(lambda: found if (found := self._asked()) not in (0, unlike) else 0)

    def _asked(self) -> int:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as asking:
                asking.settimeout(0.5)
                asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
                answer = b""
                while piece := asking.recv(4096):
                    answer += piece
                return int(answer.rpartition(b"\n")[2] or 0)
        except OSError:
            return 0


def until(ask: Callable[[], int], within: float = 20.0) -> int:
    over = time.monotonic() + within
    while time.monotonic() < over:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError("not in time")


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    started = Supervised(tmp_path)
    yield started
    started.process.kill()
    started.process.wait()


def test_a_process_that_is_stopped_is_killed_and_started_again(supervised: Supervised) -> None:
    first = supervised.child()
    os.kill(first, signal.SIGSTOP)
    assert supervised.child(unlike=first)


def test_a_log_that_nobody_reads_does_not_hold_up_the_supervisor(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    full = os.open(f"/proc/self/fd/{writes}", os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(full, b"x" * 4096)
    supervised = Supervised(tmp_path, said=writes)
    try:
        first = supervised.child()
        os.kill(first, signal.SIGSTOP)
        assert supervised.child(unlike=first)
    finally:
        supervised.process.kill()
        supervised.process.wait()
        for descriptor in (reads, writes, full):
            os.close(descriptor)


def test_a_process_that_died_is_started_again(supervised: Supervised) -> None:
    first = supervised.child()
    os.kill(first, signal.SIGKILL)
    assert supervised.child(unlike=first)


def test_one_that_dies_now_and_then_is_never_waited_for_longer(supervised: Supervised) -> None:
    child = 0
    for _ in range(4):
        child = supervised.child(unlike=child)
        os.kill(child, signal.SIGKILL)
    supervised.child(unlike=child)
    pauses = re.findall(r"again in ([0-9.]+) s", supervised.said.read_text())
    assert len(pauses) == 4
    assert max(map(float, pauses)) < 0.14


def test_told_to_end_both_end(supervised: Supervised) -> None:
    supervised.child()
    supervised.process.terminate()
    assert supervised.process.wait(10) == 128 + signal.SIGTERM
    assert supervised._asked() == 0


def test_the_process_does_not_outlive_its_supervisor(supervised: Supervised) -> None:
    supervised.child()
    supervised.process.kill()
    until(lambda: supervised._asked() == 0)


def test_what_cannot_start_is_not_tried_for_ever(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, sys.executable, "-c", "raise SystemExit(2)")
    assert supervised.process.wait(10) == 2
