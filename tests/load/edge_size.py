"""An edge at its full size: from start to ready, its memory, and how soon a change is in force.

    .venv/bin/python tests/load/edge_size.py [--numbers 1000000] [--trunks 100000] [--changes 300] [--stream]

A real Kamailio with its agent and a SwitchConfig server in sip-config's place. The file is written as the
agent writes it (with --stream it comes by the agent's own stream); then edge and agent are started from it,
sip-config being away; then one trunk changes again and again. The peer of a change, in the same run, is the
same look-up of a record that is there already.
Goals: ready within 30 s of the start; 99 of 100 changes in force within a second.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from edge_agent.adapters.disk.edge_file import EdgeFile
from edge_agent.adapters.grpc.messages import resource
from harness.config_server import CHUNK, Control, number, part, switch, trunk
from harness.paths import REPOSITORY
from keepline.sip.v1 import switch_config_pb2 as pb
from switchlink.kamailio_rpc import KamailioSocket
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge

CONFIG = REPOSITORY / "infra" / "kamailio" / "kamailio.cfg"
SOURCES = ("192.0.2.0/24", "2001:db8::/32")
READY_GOAL_SECONDS, CHANGE_GOAL_SECONDS = 30.0, 1.0


class Agent:
    def __init__(self, edge: RunningEdge, control: Control, folder: Path) -> None:
        token = folder / "token"
        token.write_text("a-token\n")
        self._http = free_port()
        self._log = folder / "agent.log"
        self._child: asyncio.subprocess.Process | None = None
        self._env = {
            "KEEPLINE_NODE_ID": "edge1",
            "KEEPLINE_SIP_CONFIG_TARGET": f"127.0.0.1:{control.port}",
            "KEEPLINE_TOKEN_FILE": str(token),
            "KEEPLINE_KAMAILIO__RUN_DIR": str(edge.run.run_dir),
            "KEEPLINE_KAMAILIO__RPC_SOCKET": str(edge.run.rpc_socket),
            "KEEPLINE_KAMAILIO__RPC_URL": edge.run.rpc_url,
            "KEEPLINE_KAMAILIO__EVENTS": edge.run.events,
            "KEEPLINE_KAFKA__BOOTSTRAP": "127.0.0.1:1",
            "KEEPLINE_HTTP__LISTEN": f"127.0.0.1:{self._http}",
            "KEEPLINE_DATA_DIR": str(folder / "data"),
        }

    async def start(self) -> None:
        with self._log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "edge_agent", env={**os.environ, **self._env}, stdout=out, stderr=out
            )

    async def ready(self) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{self._http}/readyz")).is_success:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    async def stop(self) -> None:
        if self._child is not None:
            self._child.terminate()
            await self._child.wait()
            self._child = None


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--trunks", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--stream", action="store_true", help="let the whole come by the stream")
    asked = parser.parse_args()
    rows, control = asked.numbers + asked.trunks, Control()
    if asked.stream:
        control.hold(*_content(asked.numbers, asked.trunks))
        await control.start()
    with tempfile.TemporaryDirectory() as folder:
        async with running_edge(CONFIG, reload_delta=1, rows=rows) as edge:
            agent = Agent(edge, control, Path(folder))
            try:
                await _measure(edge, agent, control, asked)
            finally:
                await agent.stop()
                await control.stop()
    return 0


async def _measure(edge: RunningEdge, agent: Agent, control: Control, asked: argparse.Namespace) -> None:
    began = time.perf_counter()
    if asked.stream:
        await agent.start()
        await control.in_force(within=1800)
        how = "the first whole came by the stream and was in force"
        await agent.stop()
        await control.stop()
    else:
        await edge.stop()
        await _write(edge.run.run_dir, control, asked)
        how = "the first whole was written"
    took = time.perf_counter() - began
    _say(
        f"{asked.numbers} numbers and {asked.trunks} trunks, -m {edge.run.shared_mb} -M {edge.run.private_mb}"
    )
    _say(f"{how} after {took:.1f} s")
    await edge.stop()
    began = time.perf_counter()
    starting = asyncio.ensure_future(edge.start())
    await agent.start()
    await starting
    answers = time.perf_counter() - began
    await agent.ready()
    ready = time.perf_counter() - began
    _say(f"from start to ready, files only: {ready:.1f} s (Kamailio answers after {answers:.1f} s)")
    _say(f"share of the goal of {READY_GOAL_SECONDS:g} s: {ready / READY_GOAL_SECONDS:.2f}")
    loading, agents = _processor_seconds(edge.pid), _processor_seconds(agent.pid)
    _say(f"processor time until then: Kamailio's load {loading:.1f} s, the agent {agents:.1f} s")
    used = (await edge.rpc("core.shmmem"))["real_used"] / 2**20
    _say(f"shared memory used {used:.0f} MB; the agent's own {_resident_mb(agent.pid):.0f} MB")
    await control.start()
    await control.in_force(within=60)
    await _changes(edge, control, asked.changes)


async def _changes(edge: RunningEdge, control: Control, count: int) -> None:
    rpc = KamailioSocket(edge.run.rpc_socket)
    lookups, changes = [], []
    for n in range(count):
        began = time.perf_counter()
        await rpc.call("htable.get", ["trunk", "t2.sip.test"])
        lookups.append(time.perf_counter() - began)
        wanted = str(n + 2)
        began = time.perf_counter()
        control.change(trunk(1, "192.0.2.0/24", version=n + 2))
        while True:
            found = await rpc.call("htable.get", ["trunk", "t1.sip.test"])
            if str(found["item"]["value"]).rpartition("|")[2] == wanted:
                break
        changes.append(time.perf_counter() - began)
    rpc.close()
    change, lookup = (statistics.quantiles(values, n=100) for values in (changes, lookups))
    _say(f"{count} changes in force: p50 {change[49] * 1000:.1f} ms, p99 {change[98] * 1000:.1f} ms")
    _say(f"one look-up p50 {lookup[49] * 1000:.2f} ms; change / look-up {change[49] / lookup[49]:.1f}")
    _say(f"share of the goal of {CHANGE_GOAL_SECONDS:g} s (p99): {change[98] / CHANGE_GOAL_SECONDS:.3f}")


async def _write(run_dir: Path, control: Control, asked: argparse.Namespace) -> None:
    """As the agent does, without its stream; `control` then knows what is held, and what changes."""
    file, total, first = EdgeFile(run_dir), 0, True
    await file.open()
    content = _content(asked.numbers, asked.trunks)
    while piece := list(itertools.islice(content, CHUNK)):
        total += sum(map(part, piece))
        await file.stage([resource(one) for one in piece], first=first)
        first = False
    control.version = f"{total % 2**256:064x}"
    control.resources = {one.name: one for one in (trunk(1, *SOURCES),)}
    await file.replace(control.version, dict(control.revision.positions), lambda *_: None)
    await file.settle()
    await file.close()


def _content(numbers: int, trunks: int) -> Iterator[pb.Resource]:
    yield switch(5999)
    for n in range(trunks):
        yield trunk(n, *SOURCES)
    for n in range(numbers):
        yield number(n, of=n % trunks)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def _processor_seconds(pid: int) -> float:
    """Of this one process. Kamailio loads its tables before it forks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
