"""Prometheus fetches what is measured, by the names that docs/metrics.md gives, on a port of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROCESS = """
import sys, urllib.request
from servicekit.settings import ProcessSettings, load
from servicekit.telemetry import metrics, names
from servicekit.telemetry.export import Telemetry

settings = load(ProcessSettings)
telemetry = Telemetry.start("tested", settings.log, settings.telemetry)
metrics.counter(names.CALLS).add(3, {"sip_status": 200})
metrics.histogram(names.HTTP_SECONDS).record(0.0007, {"route": "/x", "status": 200})
metrics.gauge(names.SPOOL_DEPTH, lambda: 5.0)
sys.stdout.write(urllib.request.urlopen(f"http://{settings.telemetry.prometheus_listen}/metrics").read().decode())
telemetry.close()
"""


def run(folder: Path, listen: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "KEEPLINE_DATA_DIR": str(folder),
        "KEEPLINE_TELEMETRY__PROMETHEUS_LISTEN": listen,
    }
    command = [sys.executable, "-c", PROCESS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


def test_what_is_measured_is_fetched(tmp_path: Path, port: int) -> None:
    lines = run(tmp_path, f"127.0.0.1:{port}").stdout.splitlines()
    told = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    ours = {name.partition("{")[0]: value for name, value in told.items() if 'le="' not in name}
    assert ours["keepline_calls_total"] == "3.0"
    assert ours["keepline_spool_depth"] == "5.0"
    assert ours["keepline_http_server_duration_seconds_count"] == "1.0"
    assert "process_resident_memory_bytes" in ours
    below = next(
        value for name, value in told.items() if "duration_seconds_bucket" in name and 'le="0.001"' in name
    )
    assert below == "1.0"


def test_a_port_in_use_is_told_by_the_settings_name(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, f"127.0.0.1:{taken.getsockname()[1]}")
    assert "KEEPLINE_TELEMETRY__PROMETHEUS_LISTEN" in done.stderr
    assert "Address already in use" in done.stderr
