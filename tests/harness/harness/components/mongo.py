"""A MongoDB-compatible server: SecantusDB as a child process, or whatever MONGODB_URI names."""

import os
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.process import NotReady, Process
from switchlink.testing.free_ports import free_port

_READY_WITHIN = 60.0


@dataclass
class Mongo:
    uri: str
    port: int
    process: Process | None
    """None where MONGODB_URI names a server that is not ours to start."""
    name: str = "mongo"

    async def start(self) -> None:
        if self.process is not None:
            await self.process.start()
            await self.process.ready(self._answers, _READY_WITHIN, f"port {self.port} is open")

    async def stop(self) -> None:
        if self.process is not None:
            await self.process.stop()

    async def kill(self) -> None:
        if self.process is not None:
            await self.process.kill()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def create(run: Path, options: Sequence[str] = ()) -> Mongo:
    """options: more of the server's; a server with options is never the one that MONGODB_URI names."""
    named = os.environ.get("MONGODB_URI")
    if named and not options:
        return Mongo(named, 0, None)
    server = shutil.which("secantusd-py", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if server is None:
        raise NotReady("secantusd-py is not installed: run make setup")
    port = free_port()
    storage = run / "data"
    storage.mkdir(parents=True, exist_ok=True)
    command = [server, "--host", "127.0.0.1", "--port", str(port), "--storage-path", str(storage), *options]
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    return Mongo(uri, port, Process("mongo", command, run / "mongo.log"))
