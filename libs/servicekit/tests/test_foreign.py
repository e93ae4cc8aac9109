"""What programs that are not ours say is told in our shape, and they live and end with whoever runs them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from servicekit.foreign import command_line
from servicekit.foreign.reading import Read, of_kamailio, of_nginx

ACCESS = '{"event":"answered by the door","level":"info","status":404,"path":"/\\u0022}"}'
LINES: list[tuple[Read, str, dict[str, Any]]] = [
    (
        of_kamailio,
        ' 1(11548) NOTICE: {1 call_id=a"},{\\b} <script>: refused INVITE from 127.0.1.1:5060',
        {
            "event": "refused INVITE from 127.0.1.1:5060",
            "level": "info",
            "pid": 11548,
            "sip_call_id": 'a"},{\\b',
        },
    ),
    (
        of_kamailio,
        " 0(2547) WARNING: <core> [core/tcp_main.c:5073]: init_tcp(): using it",
        {"event": "<core> [core/tcp_main.c:5073]: init_tcp(): using it", "level": "warning", "pid": 2547},
    ),
    # a Call-ID has no blank, so this is none
    (
        of_kamailio,
        " 1(7) INFO: {1 call_id=x y} <script>: z",
        {"event": "{1 call_id=x y} <script>: z", "level": "info", "pid": 7},
    ),
    (of_kamailio, " 3(7) CRITICAL: {2 call_id=} <script>: z", {"event": "z", "level": "error", "pid": 7}),
    (of_kamailio, "Listening on ", {"event": "Listening on", "level": "info"}),
    (
        of_nginx,
        '2026/11/26 01:30:27 [error] 11#12: *5 connect() failed, request: "GET /"',
        {"event": '*5 connect() failed, request: "GET /"', "level": "error", "pid": 11},
    ),
    (of_nginx, "2026/11/26 01:30:27 [warn] 11#12: x", {"event": "x", "level": "warning", "pid": 11}),
    (of_nginx, '{"level":"error","event":', {"event": '{"level":"error","event":', "level": "info"}),
    (of_nginx, "[1]", {"event": "[1]", "level": "info"}),
]
SAYS = """
import signal, sys
def told(number, _frame):
    print(f"2026/11/26 01:30:27 [notice] 1#1: got {number}", file=sys.stderr, flush=True)
    if number == signal.SIGTERM:
        sys.exit(7)
for one in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(one, told)
print("2026/11/26 01:30:27 [warn] 1#1: up", file=sys.stderr, flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize(("read", "line", "told"), LINES)
def test_a_line_becomes_the_fields_of_one_of_ours(read: Read, line: str, told: dict[str, Any]) -> None:
    module = "kamailio" if read is of_kamailio else "nginx"
    assert read(line) == {"module": module, **told}


def test_what_has_our_shape_passes_as_it_is() -> None:
    assert of_nginx(ACCESS) == json.loads(ACCESS)


class Run:
    def __init__(self, folder: Path, script: str) -> None:
        self.log = folder / "log"
        with self.log.open("wb") as out:
            command = command_line("nginx", "door", [sys.executable, "-c", script])
            self.process = subprocess.Popen(command, stderr=out)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def said(self, event: str, within: float = 10.0) -> dict[str, Any]:
        over = time.monotonic() + within
        while time.monotonic() < over:
            for line in self.lines():
                if line["event"] == event:
                    return line
            time.sleep(0.02)
        raise AssertionError(f"{event!r} was not said: {self.lines()}")


def test_a_signal_is_passed_on_and_the_end_is_the_programs_own(tmp_path: Path) -> None:
    run = Run(tmp_path, SAYS)
    up = run.said("up")
    assert (up["level"], up["service"], up["module"]) == ("warning", "door", "nginx")
    assert up["timestamp"].endswith("Z")
    run.process.send_signal(signal.SIGHUP)
    run.said(f"got {int(signal.SIGHUP)}")
    run.process.terminate()
    assert run.process.wait(10) == 7
    run.said(f"got {int(signal.SIGTERM)}", within=0.1)


def test_a_program_ends_with_whoever_runs_it(tmp_path: Path) -> None:
    run = Run(tmp_path, SAYS)
    run.said("up")
    (child,) = Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text().split()
    run.process.kill()
    run.process.wait(10)
    over = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < over:
        if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break  # it ended, and nobody has asked how
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}").exists()


def test_a_program_that_says_much_is_not_held_up_by_a_reader_that_is_away() -> None:
    script = "import sys\nfor _ in range(200_000): sys.stderr.write('x' * 99 + '\\n')\nsys.exit(3)"
    reading, writing = os.pipe()
    command = command_line("nginx", "door", [sys.executable, "-c", script])
    process = subprocess.Popen(command, stderr=writing)
    try:
        assert process.wait(60) == 3
    finally:
        process.kill()
        os.close(writing)
        os.close(reading)
