"""How soon a router that starts from its disk alone decides, and what a table costs in memory.

    .venv/bin/python tests/load/router_cold.py [--numbers 100000 1000000]

A table as in route_decision.py (each number with a plan of its own) is written by TableSnapshot. Then a whole
router (`python -m call_router`; no broker and no switch answers it) starts with it, and the time runs from
its start until it greets a connection at its hand-over port: from then on it decides, in microseconds.
Beside it a new interpreter reads the table back and decides one call without the rest of a router, and
another one only reads the file and decodes its records, which no router can do without.
Goal at 100,000 numbers: 2 s.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from joserfc.jwk import OKPKey
from route_decision import _call, _table

from call_router.adapters.disk.table_snapshot import TableSnapshot
from switchlink.testing.free_ports import free_port

GOAL_SECONDS, GOAL_NUMBERS = 2.0, 100_000
_PATIENCE_SECONDS = 120.0
_READ = """
import time; began = time.perf_counter()
import sys
from pathlib import Path
from siptypes.country_rules import rules_of
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
    columns = ("numbers", "file MB", "router s", "decision s", "decoding s", "ratio", "MB")
    say("".join(f"{name:>11}" for name in columns) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for numbers in asked.numbers:
            path = Path(folder) / "routing-table.snapshot"
            table, _ = _table(numbers)
            asyncio.run(TableSnapshot(path, table).save())
            del table
            call = _call(numbers // 2)
            words = [
                call.tenant_id,
                call.trunk_id,
                call.called,
                call.caller,
                call.source_address,
                call.call_id,
            ]
            router = sorted(_router(path) for _ in range(3))[1]
            cold, memory = _told(_COLD + _SAY, path, words)
            decoding, _ = _told(_DECODE + _SAY, path, words)
            size, ratio = path.stat().st_size / 1e6, router / decoding
            say(f"{numbers:>11,}{size:>11.1f}{router:>11.2f}{cold:>11.2f}{decoding:>11.2f}{ratio:>11.2f}")
            say(f"{memory:>11,}\n")
            if numbers == GOAL_NUMBERS:
                say(f"{'':>11} goal {GOAL_SECONDS:.0f} s: {'met' if router <= GOAL_SECONDS else 'MISSED'}\n")
    return 0


def _router(snapshot: Path) -> float:
    """Seconds until a whole router takes a hand-over."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(snapshot, folder)
        port, nobody = free_port(), f"127.0.0.1:{free_port()}"
        environment = {**os.environ, **_settings(Path(folder), port, nobody)}
        began = time.perf_counter()
        command = [sys.executable, "-m", "call_router"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not _takes(port):
                if process.poll() is not None or time.perf_counter() - began > _PATIENCE_SECONDS:
                    raise SystemExit("the router did not start")
                time.sleep(0.005)
            return time.perf_counter() - began
        finally:
            process.kill()
            process.wait()


def _takes(port: int) -> bool:
    """A router greets whoever connects with its first command."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
            return asking.recv(8) == b"connect\n"
    except OSError:
        return False


def _settings(folder: Path, port: int, nobody: str) -> dict[str, str]:
    keys, password = folder / "jwks.json", folder / "password"
    key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
    keys.write_text(json.dumps({"keys": [key]}))
    password.write_text("none")
    settings = {
        "ROUTER_ID": "cold",
        "DATA_DIR": str(folder),
        "HANDOVER__LISTEN": f"127.0.0.1:{port}",
        "KAFKA__BOOTSTRAP": nobody,
        "AUTH__JWKS_FILE": str(keys),
        "SWITCH__ID": "switch",
        "SWITCH__HOST": "127.0.0.1",
        "SWITCH__PORT": nobody.partition(":")[2],
        "SWITCH__PASSWORD_FILE": str(password),
        "SWITCH__WATCH_DIR": str(folder),
        "HTTP__LISTEN": "127.0.0.1:0",
        "GRPC__LISTEN": "127.0.0.1:0",
    }
    return {f"KEEPLINE_{name}": value for name, value in settings.items()}


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
