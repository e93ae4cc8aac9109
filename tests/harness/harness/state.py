"""Where a running demo left its addresses and its token: .run/demo.json, for make call and whoever tries."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from harness.paths import RUN
from harness.tenant import Addresses
from servicekit.auth.dev_issuer import DevIssuer

FILE = RUN / "demo.json"


@dataclass(frozen=True, slots=True)
class DemoState:
    """README.md says what each field is for."""

    pid: int
    tenant_id: str
    token: str
    issuer: str
    """Of the demo's tokens, and where it keeps its key."""
    keys_folder: str
    trunk_id: str
    domain: str
    number: str
    agent_port: int
    addresses: Addresses
    provider_page: str
    """Where calls are placed at the press of a button; empty until it is there."""

    @property
    def variables(self) -> dict[str, str]:
        """For a shell: README.md reads on with these. None begins with KEEPLINE_, as settings do."""
        at = self.addresses
        return {
            "DOOR": at.http["door"],
            "DOOR_GRPC": at.grpc["door"],
            "KAFKA": at.kafka,
            "EDGE": at.edge,
            "DOMAIN": self.domain,
            "TOKEN": self.token,
            "TENANT": self.tenant_id,
            "NUMBER": self.number,
        }

    def write(self) -> None:
        FILE.touch(0o600)
        FILE.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def forget(self) -> None:
        FILE.unlink(missing_ok=True)

    def with_new_token(self) -> Self:
        """Good for an hour from now."""
        return replace(
            self, token=DevIssuer.create(Path(self.keys_folder), self.issuer).token(self.tenant_id)
        )


def running_demo() -> DemoState | None:
    """None where no demo runs."""
    if not FILE.exists():
        return None
    read = json.loads(FILE.read_text())
    read["addresses"] = Addresses(**read["addresses"])
    state = DemoState(**read)
    return state if state.pid != os.getpid() and Path(f"/proc/{state.pid}").exists() else None
