"""Lines come out whole, in order, and those that were dropped are counted; nobody waits for a reader."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.telemetry.line_writer import LineWriter

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def told(dropped: int) -> str:
    return f"dropped {dropped}\n"


def read_until(descriptor: int, end: str) -> list[str]:
    """Lines up to the one that says `end`."""
    text = ""
    while not text.endswith(f"{end}\n"):
        text += os.read(descriptor, 1 << 16).decode()
    return text.splitlines()


def test_a_pipe_that_nobody_reads_holds_up_nobody_and_what_was_dropped_is_counted(pipe: Pipe) -> None:
    writer = LineWriter(pipe[1], told, most_bytes=100_000)
    lines = [f"{number:06}{'x' * (number % 7000)}" for number in range(3000)]
    for line in lines:
        writer.write(line + "\n")
    done = threading.Event()

    def read() -> None:
        heard.extend(read_until(pipe[0], "the end"))
        done.set()

    heard: list[str] = []
    threading.Thread(target=read).start()
    writer.finish(10)
    writer.write("the end\n")
    assert done.wait(10)
    counts = [int(line.split()[1]) for line in heard if line.startswith("dropped")]
    kept = [line for line in heard if not line.startswith("dropped")]
    assert kept.pop() == "the end"
    assert len(kept) + sum(counts) == len(lines)
    assert sum(counts) > 2000
    assert kept == [line for line in lines if line in set(kept)]


@given(st.lists(st.integers(0, 20_000), max_size=40))
@settings(max_examples=30)
def test_with_a_reader_nothing_is_lost_whatever_the_lines(lengths: list[int]) -> None:
    reads, writes = os.pipe()
    writer = LineWriter(writes, told)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.extend(read_until(reads, "the end")))
    reader.start()
    lines = [f"{number}:{'x' * length}" for number, length in enumerate(lengths)]
    for line in [*lines, "the end"]:
        writer.write(line + "\n")
    reader.join(10)
    assert heard == [*lines, "the end"]
    os.close(reads)
    os.close(writes)


def test_to_a_file_every_line_is_written_at_once() -> None:
    with tempfile.TemporaryFile() as file:
        writer = LineWriter(file.fileno(), told)
        writer.write("x" * 100_000 + "\n")
        writer.write("y\ud800\n")
        assert os.fstat(file.fileno()).st_size == 100_001 + len("y\\ud800\n")


def test_a_reader_that_has_gone_costs_the_lines_and_nothing_else() -> None:
    reads, writes = os.pipe()
    writer = LineWriter(writes, told)
    os.close(reads)
    for _ in range(100):
        writer.write("x" * 8000 + "\n")
    writer.finish(5)
    os.close(writes)


def test_the_end_waits_for_a_reader_that_comes_and_not_for_one_that_does_not(pipe: Pipe) -> None:
    writer = LineWriter(pipe[1], told)
    for number in range(20):
        writer.write(f"{number} {'x' * 8000}\n")
    writer.finish(0.05)
    reader = threading.Timer(0.1, lambda: read_until(pipe[0], f"19 {'x' * 8000}"))
    reader.start()
    writer.finish(10)
    assert writer._bytes == 0
    reader.join()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_writes_its_own_lines_and_none_of_its_parents(pipe: Pipe) -> None:
    writer = LineWriter(pipe[1], told)
    for number in range(20):
        writer.write(f"parent {number} {'x' * 8000}\n")
    child = os.fork()
    if child == 0:
        writer.write("child\n")
        writer.finish(10)
        os._exit(0)
    writer.write("parent's end\n")
    text = ""
    while not ("child\n" in text and "parent's end\n" in text):
        text += os.read(pipe[0], 1 << 16).decode()
    assert os.waitpid(child, 0)[1] == 0
    assert text.count("parent ") == 20


ENDS = """
import sys
from servicekit.telemetry import logging
logging.configure("test")
log = logging.logger("here")
for number in range(2000):
    log.info("a line", number=number, text="x" * 200)
{end}
"""


@pytest.mark.parametrize("end", ["", "raise RuntimeError('boom')", "sys.exit(3)"])
def test_what_waits_is_written_before_the_process_ends(end: str) -> None:
    command = [sys.executable, "-c", ENDS.format(end=end)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    _, written = process.communicate(timeout=60)
    assert [number for number in range(2000) if f'"number":{number},' not in written] == []


def test_a_process_whose_lines_nobody_reads_still_ends(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", ENDS.format(end="")], stderr=writes)
    os.close(writes)
    try:
        assert process.wait(timeout=30) == 0
    finally:
        process.send_signal(signal.SIGKILL)
        os.close(reads)
