"""A child is ready, named when it is not, and gone with all of its children whatever ends it."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from harness.process import NotReady, Process
from harness.until import until

FAMILY = """
import os, subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
print("family", os.getpid(), inner.pid, flush=True)
time.sleep(300)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


async def family(process: Process) -> list[int]:
    await process.start()
    line = await until(
        lambda: next((line for line in process.logs().splitlines() if line.startswith("family ")), ""), 10
    )
    return [int(word) for word in line.split()[1:]]


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_what_a_child_started_in_its_own_session_ends_with_it(tmp_path: Path, end: str) -> None:
    process = Process("family", [sys.executable, "-c", FAMILY], tmp_path / "log")
    pids = await family(process)
    assert process.pid == pids[0]
    assert all(map(alive, pids))
    await getattr(process, end)()
    assert not any(map(alive, pids))
    assert not process.running


async def test_a_child_that_ignores_being_asked_is_killed_after_its_grace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + FAMILY
    process = Process("deaf", [sys.executable, "-c", deaf], tmp_path / "log", grace=0.2)
    pids = await family(process)
    await process.stop()
    assert not any(map(alive, pids))
    assert "deaf did not end within 0.2 s" in capsys.readouterr().err


async def test_a_paused_child_can_be_stopped(tmp_path: Path) -> None:
    process = Process("family", [sys.executable, "-c", FAMILY], tmp_path / "log")
    pids = await family(process)
    process.pause()
    await process.stop()
    assert not any(map(alive, pids))


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from harness.process import Process
async def main():
    process = Process("family", [sys.executable, "-c", sys.argv[2]], Path(sys.argv[1]))
    await process.start()
    await asyncio.sleep(300)
asyncio.run(main())
"""


@pytest.mark.parametrize("paused", [False, True])
async def test_a_supervisor_that_is_killed_leaves_nothing_behind(tmp_path: Path, paused: bool) -> None:
    log = tmp_path / "log"
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, str(log), FAMILY, cwd=tmp_path
    )
    line = await until(lambda: log.exists() and log.read_text().endswith("\n") and log.read_text(), 10)
    pids = [int(word) for word in str(line).split()[1:]]
    if paused:
        os.killpg(pids[0], signal.SIGSTOP)
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: not any(map(alive, pids)), 5, "the end of the children")


async def test_a_child_that_ends_too_early_is_named_with_its_last_words(tmp_path: Path) -> None:
    program = "import sys; print('no such disk'); sys.exit(3)"
    process = Process("disk", [sys.executable, "-c", program], tmp_path / "log")
    await process.start()
    with pytest.raises(NotReady, match=r"disk ended with 3; still awaited: it is up\n(?s:.*)no such disk"):
        await process.ready(lambda: False, 10, "it is up")


async def test_a_child_that_is_late_is_named_with_what_is_missing(tmp_path: Path) -> None:
    process = Process("slow", [sys.executable, "-c", FAMILY], tmp_path / "log")
    started = time.monotonic()
    await process.start()
    with pytest.raises(NotReady, match=r"slow is not ready after 0.3 s: mongo is away"):
        await process.ready(lambda: False, 0.3, lambda: "mongo is away")
    await process.stop()
    assert time.monotonic() - started < 10


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    process = Process("ghost", ["/no/such/program"], tmp_path / "log")
    await process.start()
    with pytest.raises(NotReady, match=r"ghost ended with 127(?s:.*)/no/such/program: No such file"):
        await process.ready(lambda: False, 10, "it is up")


async def test_a_child_sees_a_terminal_when_it_wants_one(tmp_path: Path) -> None:
    program = "import sys; print('terminal', sys.stdin.isatty(), sys.stdout.isatty())"
    process = Process("shell", [sys.executable, "-c", program], tmp_path / "log", terminal=True)
    await process.start()
    assert await process.wait(10) == 0
    await until(lambda: "terminal True True" in process.logs(), 5)
