"""The development issuer as a process of its own: where the demo's web application signs in."""

import sys
from pathlib import Path

from harness.components.component import Component, answers
from harness.process import Process


def create(folder: Path, url: str, keys: Path) -> Component:
    """url: its address on loopback, which is its name; keys: the folder of its key."""
    folder.mkdir(parents=True, exist_ok=True)
    listen = url.removeprefix("http://")
    command = [sys.executable, "-m", "harness.issuer", "--folder", str(keys), "--listen", listen]
    process = Process("issuer", command, folder / "issuer.log", grace=5)
    return Component("issuer", process, answers(url, ready=False), says=url)
