"""How many events a second a spool keeps on disk: prints ratios of one run, judges nothing by itself.

    .venv/bin/python tests/load/spool_write.py [--events 20000]

Events of 500 bytes, a batch for each commit as the writer makes them when events come faster than the disk
takes them, and one by one. Beside them in turns: the same bytes appended to a file with one fsync for each
batch (the floor: nothing that survives a power cut can be quicker). Goal: 2,000 events a second in batches
of 100.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from servicekit.kafka import Outgoing
from servicekit.spool.file import SpoolFile

ROUNDS = 5
GOAL = 2000
Append = Callable[[list[Outgoing]], None]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        for size in (1, 10, 100, 500):
            rates: dict[str, list[float]] = {"spool": [], "fsync": []}
            events = min(asked.events, size * 400)
            for turn in range(ROUNDS):
                place = Path(folder) / f"{size}-{turn}"
                spool = SpoolFile(place)
                rates["spool"].append(_rate(spool.append, events, size))
                spool.close()
                with (place / "bare").open("ab", buffering=0) as file:
                    rates["fsync"].append(_rate(_bare(file.fileno()), events, size))
            spool_rate, bare_rate = (statistics.median(rates[name]) for name in ("spool", "fsync"))
            goal = f"  goal {GOAL:,}" if size == 100 else ""
            bare = f"bare append and fsync {bare_rate:,.0f}, ratio {spool_rate / bare_rate:.2f}"
            sys.stdout.write(f"batches of {size:>3}: {spool_rate:>8,.0f} events/s; {bare}{goal}\n")
    return 0


def _rate(append: Append, events: int, size: int) -> float:
    batch = [
        Outgoing("keepline.call.events.v1", f"call_{n}", b"x" * 500, {"ce_id": str(n)}) for n in range(size)
    ]
    began = time.perf_counter()
    for _ in range(events // size):
        append(batch)
    return events / (time.perf_counter() - began)


def _bare(descriptor: int) -> Append:
    def append(batch: list[Outgoing]) -> None:
        os.write(descriptor, b"".join(record.value or b"" for record in batch))
        os.fsync(descriptor)

    return append


if __name__ == "__main__":
    sys.exit(main())
