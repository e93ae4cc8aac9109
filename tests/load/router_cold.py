"""How soon a router that starts from its disk alone decides, and what a table costs in memory.

    .venv/bin/python tests/load/router_cold.py [--numbers 100000 1000000]

A table as in route_decision.py (each number with a plan of its own) is written by TableSnapshot. Then a new
interpreter reads it back and decides one call; the time runs from its first line, imports included. Beside it
another new interpreter only reads the file and decodes its records, which no router can do without.
Goal at 100,000 numbers: 2 s.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from route_decision import _call, _table

from call_router.adapters.disk.table_snapshot import TableSnapshot

GOAL_SECONDS, GOAL_NUMBERS = 2.0, 100_000
_READ = """
import time; began = time.perf_counter()
import sys
from pathlib import Path
from call_router.adapters.country_rules import rules_of
from call_router.adapters.disk.table_snapshot import TableSnapshot
from call_router.domain.table import RoutingTable
snapshot = TableSnapshot(Path(sys.argv[1]), RoutingTable(rules_of))
"""
_COLD = (
    _READ
    + """
from datetime import UTC, datetime
from call_router.domain.route import Call, route
snapshot.load()
call = Call(*sys.argv[2:8])
decision = route(call, snapshot._table, datetime.now(UTC), 0.5)
assert decision.legs, decision
"""
)
_DECODE = _READ + "snapshot._read()\n"
_SAY = """
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
print(time.perf_counter() - began, int(peak.split()[1]) // 1024)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--numbers", type=int, nargs="+", default=[100_000, 1_000_000])
    asked = parser.parse_args()
    say = sys.stdout.write
    say(f"{'numbers':>10} {'file MB':>8} {'decision s':>11} {'decoding s':>11} {'ratio':>6} {'MB':>7}\n")
    with tempfile.TemporaryDirectory() as folder:
        for numbers in asked.numbers:
            path = Path(folder) / f"{numbers}.snapshot"
            table, _ = _table(numbers)
            asyncio.run(TableSnapshot(path, table).save())
            del table
            call = _call(numbers // 2)
            words = [call.tenant_id, call.trunk_id, call.called, call.caller, call.source, call.call_id]
            cold, memory = _told(_COLD + _SAY, path, words)
            decoding, _ = _told(_DECODE + _SAY, path, words)
            size = path.stat().st_size / 1e6
            ratio = cold / decoding
            say(f"{numbers:>10,} {size:>8.1f} {cold:>11.2f} {decoding:>11.2f} {ratio:>6.2f} {memory:>7,}\n")
            if numbers == GOAL_NUMBERS:
                say(f"{'':>10} goal {GOAL_SECONDS:.0f} s: {'met' if cold <= GOAL_SECONDS else 'MISSED'}\n")
    return 0


def _told(script: str, path: Path, words: list[str]) -> tuple[float, int]:
    """Seconds and resident megabytes; the median of three runs by time."""
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", script, str(path), *words], check=True, capture_output=True, text=True
        )
        seconds, megabytes = done.stdout.split()[-2:]
        runs.append((float(seconds), int(megabytes)))
        time.sleep(0.1)
    return sorted(runs)[1]


if __name__ == "__main__":
    raise SystemExit(main())
