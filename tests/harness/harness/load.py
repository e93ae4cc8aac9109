"""Runs the benchmarks of tests/load one after another; each prints its figures and ratios itself."""

import subprocess
import sys

from rich.console import Console

from harness.paths import REPOSITORY

BENCHMARKS = (
    "route_decision",
    "grpc_route",
    "rest_read",
    "key_check",
    "spool_write",
    "record_keeping",
    "esl_events",
    "trunk_change",
    "door",
    "sip_config_start",
    "config_whole",
    "hand_over",
    "edge_size",
    "router_cold",
    "post_dial_delay",
    "knee",
    "rolling_kill",
)
_MAX_SECONDS = 900
_CANNOT_RUN_HERE = 2


def load(console: Console, names: list[str]) -> bool:
    """False when one of them broke; one that lacks something says so and is passed over."""
    good = True
    for name in names or BENCHMARKS:
        console.print(f"\n[bold]{name}[/]", highlight=False)
        script = REPOSITORY / "tests" / "load" / f"{name}.py"
        done = subprocess.run([sys.executable, str(script)], check=False, timeout=_MAX_SECONDS)
        good = good and done.returncode in (0, _CANNOT_RUN_HERE)
    return good
