"""A whole process and its signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

SECOND_SIGNAL = """
import asyncio, os, signal
from servicekit.lifecycle import run
from servicekit.settings import ProcessSettings

async def build(service):
    service.on_drain("calls", lambda: "a call that never ends")
    loop = asyncio.get_running_loop()
    loop.call_later(0, os.kill, os.getpid(), signal.SIGTERM)
    loop.call_later(0.2, os.kill, os.getpid(), signal.SIGINT)

run("test", ProcessSettings, build)
"""


def test_a_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    environment = {**os.environ, "KEEPLINE_DATA_DIR": str(tmp_path), "KEEPLINE_DRAIN_SECONDS": "60"}
    command = [sys.executable, "-c", SECOND_SIGNAL]
    process = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert process.returncode == 128 + signal.SIGINT
    assert "a second signal" in process.stderr
