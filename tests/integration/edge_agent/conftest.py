"""A real Kamailio, the real agent, and a small SwitchConfig server in sip-config's place."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge_agent.__main__ import build
from edge_agent.settings import Settings
from harness.config_server import Control, number, switch, trunk
from harness.until import until
from servicekit.lifecycle import serve
from servicekit.settings import load
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge

CONFIG = Path(__file__).parents[3] / "infra" / "kamailio" / "kamailio.cfg"


class Agent:
    """The agent beside that edge: its whole wiring in this process, or as a process of its own."""

    def __init__(
        self, edge: RunningEdge, control_port: int, folder: Path, file_limit: int, **settings: str
    ) -> None:
        self.edge = edge
        self.file_limit = file_limit
        self.log = folder / "agent.log"
        self.http = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        token = folder / "token"
        token.write_text("a-token\n")
        self.env = {
            "KEEPLINE_NODE_ID": "edge1",
            "KEEPLINE_SIP_CONFIG_TARGET": f"127.0.0.1:{control_port}",
            "KEEPLINE_TOKEN_FILE": str(token),
            "KEEPLINE_KAMAILIO__RUN_DIR": str(edge.run.run_dir),
            "KEEPLINE_KAMAILIO__RPC_SOCKET": str(edge.run.rpc_socket),
            "KEEPLINE_KAMAILIO__RPC_URL": edge.run.rpc_url,
            "KEEPLINE_KAMAILIO__EVENTS": edge.run.events,
            "KEEPLINE_KAFKA__BOOTSTRAP": "127.0.0.1:1",
            "KEEPLINE_HTTP__LISTEN": f"127.0.0.1:{self.http}",
            "KEEPLINE_DATA_DIR": str(folder / "data"),
        } | settings
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    def start_here(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            settings = load(Settings)
        self._stopping.clear()
        self._serving = asyncio.ensure_future(serve("edge-agent", settings, build, self._stopping))

    async def start(self) -> None:
        """As a process. With a limit no file of its grows beyond it, as on a full disk (prlimit sets it: a
        preexec_fn runs in a fork of this process, and hangs there when a thread of gRPC held a lock)."""
        limit = ["prlimit", f"--fsize={self.file_limit}"] if self.file_limit else []
        with self.log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                *limit,
                sys.executable,
                "-m",
                "edge_agent",
                env={**os.environ, **self.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    async def stop(self, number: int = signal.SIGTERM) -> int | None:
        """The exit code of a process."""
        if self._serving is not None:
            self._stopping.set()
            serving, self._serving = self._serving, None
            await asyncio.wait_for(serving, 15)
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return child.returncode if child else None
        child.send_signal(number)
        return await asyncio.wait_for(child.wait(), 15)

    def signal(self, number: int) -> None:
        assert self._child is not None
        self._child.send_signal(number)

    async def ready(self) -> dict[str, Any] | None:
        try:
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{self.http}/readyz", timeout=10.0)
        except httpx.HTTPError:
            return None
        report: dict[str, Any] = answer.json()
        return report

    async def until_ready(self, within: float = 30.0) -> None:
        async def check() -> bool:
            report = await self.ready()
            return report is not None and report["ready"]

        await until(check, within, "readiness of the agent")


@pytest.fixture
def config() -> Path:
    return CONFIG


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(CONFIG, reload_delta=1) as running:
        yield running


@pytest.fixture
async def control() -> AsyncIterator[Control]:
    server = Control()
    server.hold(switch(5999), trunk(1, "127.0.1.0/24"), number(1, of=1))
    await server.start()
    yield server
    await server.stop()


Starter = Callable[..., Any]


@pytest.fixture
def agent_beside(tmp_path: Path) -> Starter:
    @asynccontextmanager
    async def start(
        edge: RunningEdge, control: Control, *, process: bool = False, file_limit: int = 0, **settings: str
    ) -> AsyncIterator[Agent]:
        agent = Agent(edge, control.port, tmp_path / "agent", file_limit, **settings)
        if process:
            await agent.start()
        else:
            agent.start_here()
        try:
            yield agent
        finally:
            await agent.stop()

    return start
