"""Where a running demo left its addresses, for make call."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.paths import RUN
from harness.tenant import Addresses

FILE = RUN / "demo.json"


@dataclass(frozen=True, slots=True)
class DemoState:
    pid: int
    tenant_id: str
    token: str
    trunk_id: str
    domain: str
    number: str
    agent_port: int
    addresses: Addresses

    def write(self) -> None:
        FILE.touch(0o600)
        FILE.write_text(json.dumps(asdict(self)))

    def forget(self) -> None:
        FILE.unlink(missing_ok=True)


def running_demo() -> DemoState | None:
    """None where no demo runs."""
    if not FILE.exists():
        return None
    read = json.loads(FILE.read_text())
    read["addresses"] = Addresses(**read["addresses"])
    state = DemoState(**read)
    return state if state.pid != os.getpid() and Path(f"/proc/{state.pid}").exists() else None
