"""A disk that takes a write in part only (RLIMIT_FSIZE, in another process) costs no event that was kept."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from servicekit.spool import Spool, SpooledProducer
from servicekit.testing import MemoryProducer, until

PROCESS = """
import asyncio, os, resource, signal, sys
from pathlib import Path
from servicekit.spool import Spool, SpooledProducer
from servicekit.testing import MemoryProducer, until

def files_may_grow_to(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def main(folder, ending):
    producer = MemoryProducer()
    producer.broker.away = True
    spool = Spool(folder)
    spooled = SpooledProducer(spool, producer)
    running = asyncio.ensure_future(spooled.run())
    files_may_grow_to(400_000)
    kept = 0
    while not spool.problem():
        spooled.put("calls", "call_1", b"%06d" % kept + b"x" * 3000)
        await until(lambda: spool.on_disk or spool.problem())
        kept += spool.on_disk
    print("full", kept, spool.problem())
    for number in range(kept + 1, kept + 6):
        spooled.put("calls", "call_1", b"%06d" % number + b"x" * 3000)
    if ending == "killed":
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    if ending == "broker first":
        producer.broker.away = False
        last = b"%06d" % (kept + 5)
        await until(lambda: producer.sent and producer.sent[-1].value[:6] == last, 20)
        await asyncio.wait_for(spooled.kept(), 30)
        print("straight", spool.problem())
    files_may_grow_to(resource.RLIM_INFINITY)
    spooled.put("calls", "call_1", b"%06d" % (kept + 6))
    producer.broker.away = False
    await until(lambda: spooled.depth() == 0, 20)
    print("sent", *(int(record.value[:6]) for record in producer.sent))
    await until(lambda: not spool.problem())
    running.cancel()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def with_a_full_disk(folder: Path, ending: str) -> list[list[str]]:
    """What the process says, in lines of words: `full`, how many events were on disk, and its problem."""
    command = [sys.executable, "-c", PROCESS, str(folder), ending]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (-signal.SIGKILL if ending == "killed" else 0), done.stderr
    told = ("full", "straight", "sent")
    return [line.split() for line in done.stdout.splitlines() if line.startswith(told)]


def test_a_full_disk_is_told_and_what_waited_goes_out_in_order_when_there_is_room(tmp_path: Path) -> None:
    (_, kept, *words), (_, *numbers) = with_a_full_disk(tmp_path, "room again")
    assert "the disk does not take events" in " ".join(words)
    assert [int(number) for number in numbers] == list(range(int(kept) + 7))


def test_with_a_full_disk_events_go_straight_to_the_broker(tmp_path: Path) -> None:
    (_, kept, *_), (_, *words), (_, *numbers) = with_a_full_disk(tmp_path, "broker first")
    assert "the disk does not take events" in " ".join(words)
    assert [int(number) for number in numbers] == list(range(int(kept) + 7))


async def test_what_was_on_disk_before_it_was_full_is_sent_by_the_next_process(tmp_path: Path) -> None:
    ((_, kept, *_),) = with_a_full_disk(tmp_path, "killed")
    assert int(kept) > 20
    producer = MemoryProducer()
    spooled = SpooledProducer(Spool(tmp_path), producer)
    running = asyncio.ensure_future(spooled.run())
    spooled.put("calls", "call_1", b"%06d" % 999)  # half an event hides nothing behind it
    await until(lambda: spooled.depth() == 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    spooled.close()
    assert [int((record.value or b"")[:6]) for record in producer.sent] == [*range(int(kept)), 999]
