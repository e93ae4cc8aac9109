"""The edge: a real Kamailio with infra/kamailio."""

from pathlib import Path

import httpx

from harness.components.component import Component
from harness.paths import REPOSITORY
from harness.process import Process
from servicekit.foreign import command_line
from switchlink.kamailio_run import KamailioPorts, KamailioRun
from switchlink.testing.free_ports import free_port

CONFIG = REPOSITORY / "infra" / "kamailio" / "kamailio.cfg"


def edge_run(folder: Path, ping_interval: int = 5, calls_per_second: int | None = None) -> KamailioRun:
    ports = KamailioPorts(*(free_port() for _ in range(4)))
    return KamailioRun(
        CONFIG,
        folder,
        ports,
        debug_level=2,
        ping_interval=ping_interval,
        edge_id="edge1",
        calls_per_second=calls_per_second,
        outside_also=("127.0.0.0/8",),  # where the phones of this world live
    )


def create(run: KamailioRun) -> Component:
    run.prepare()
    command = command_line("kamailio", "edge", run.argv())
    process = Process("kamailio", command, run.run_dir / "kamailio.log")

    async def missing() -> str:
        request = {"jsonrpc": "2.0", "method": "core.uptime", "id": 1}
        try:
            async with httpx.AsyncClient(timeout=2, verify=False) as client:
                answer = await client.post(run.rpc_url, json=request)
        except httpx.HTTPError:
            return f"JSON-RPC does not answer on {run.rpc_url}"
        return "" if answer.is_success else f"JSON-RPC answers {answer.status_code}"

    return Component("kamailio", process, missing, within=30, says=f"the edge: {_public(run)} (udp, tcp)")


def _public(run: KamailioRun) -> str:
    return f"{run.public_host}:{run.ports.public}"
