"""A real Kamailio as a child process, with our configuration, on free ports of loopback."""

import asyncio
import itertools
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import orjson

from switchlink.kamailio_run import KamailioPorts, KamailioRun, with_extra
from switchlink.kamailio_sources import keys_of_value, with_domain
from switchlink.kamailio_tables import open_tables, put_rows
from switchlink.testing.free_ports import free_port

START_SECONDS = 60.0
STOP_SECONDS = 10.0
Peer = tuple[str, int]
# No probe comes while a test lasts: three that a switch leaves without an answer would take it out.
PING_SECONDS = 3600
# Flags of a destination: 4 is DS_DISABLED_DST, "not to be selected" (dispatcher's dispatch.h).
_ACTIVE, _DRAINING = 0, 4


class RunningEdge:
    """Restartable; `rpc` asks it directly, without the client that is under test elsewhere."""

    def __init__(self, run: KamailioRun, defines: Mapping[str, str], before: Sequence[str] = ()) -> None:
        self.run = run
        self.log = run.run_dir / "kamailio.log"
        self._argv = [*before, *with_extra(run.argv(), **defines)]
        self._child: asyncio.subprocess.Process | None = None

    @property
    def public(self) -> Peer:
        return self.run.public_host, self.run.ports.public

    @property
    def inner(self) -> Peer:
        return self.run.inner_host, self.run.ports.inner

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    async def start(self) -> None:
        self.run.prepare()
        with self.log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                *self._argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        async with asyncio.timeout(START_SECONDS):
            while not await self._answers():
                if self._child.returncode is not None:
                    raise RuntimeError(f"Kamailio ended with {self._child.returncode}:\n{self.tail()}")
                await asyncio.sleep(0.05)

    async def stop(self, number: int = signal.SIGTERM) -> None:
        child = self._child
        if child is None:
            return
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGCONT)
            os.killpg(child.pid, number)
        try:
            await asyncio.wait_for(child.wait(), STOP_SECONDS)
        except TimeoutError:
            os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
        self._child = None

    async def rpc(self, method: str, *params: object) -> Any:
        return await asyncio.to_thread(call, self.run.rpc_socket, method, *params)

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    async def _answers(self) -> bool:
        try:
            # what came before the reader was there is never answered
            return bool(await asyncio.to_thread(call, self.run.rpc_socket, "core.uptime", within=0.5))
        except (OSError, RuntimeError):
            return False

    async def value(self, table: str, key: str) -> str | None:
        """Of an htable; None where there is no such key."""
        try:
            return str((await self.rpc("htable.get", table, key))["item"]["value"])
        except RuntimeError:
            return None

    async def version(self) -> str | None:
        """Of the configuration in force."""
        return await self.value("meta", "version")

    async def switches(self) -> dict[str, str]:
        """Each destination's URI with its flags, as the dispatcher lists them."""
        listed = await self.rpc("dispatcher.list")
        sets = [entry["SET"]["TARGETS"] for entry in listed["RECORDS"]]
        return {t["DEST"]["URI"]: t["DEST"]["FLAGS"] for targets in sets for t in targets}

    def write_table(self, name: str, rows: Mapping[str, str]) -> None:
        """The whole table."""
        with closing(open_tables(self.run.tables)) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of ours
            put_rows(file, name, rows.items())
            file.execute("COMMIT")

    async def load(
        self,
        trunk: Mapping[str, str],
        number: Mapping[str, str],
        switches: Sequence[Peer],
        draining: Sequence[Peer] = (),
    ) -> None:
        """Puts a whole configuration in force without an agent."""
        self.write_table("trunk", trunk)
        self.write_table("number", number)
        self.write_table("source", sources_of(trunk))
        self.write_table("meta", {"version": "test", "serving": "1"})
        flags = [(peer, _ACTIVE) for peer in switches] + [(peer, _DRAINING) for peer in draining]
        lines = (f"1 sip:{host}:{port};transport=udp {n} 0 sockname=inner\n" for (host, port), n in flags)
        self.run.destinations.write_text("".join(lines))
        await self.rpc("dispatcher.reload")
        for name in ("trunk", "number", "source", "meta"):
            await self.rpc("htable.reload", name)


def sources_of(trunk: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for domain, value in trunk.items():
        for key in keys_of_value(value):
            found[key] = with_domain(found.get(key, ""), domain)
    return found


@asynccontextmanager
async def running_edge(
    config: Path,
    public_host: str = "127.0.0.1",
    defines: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    **settings: Any,
) -> AsyncIterator[RunningEdge]:
    """Its agents live on loopback, and it probes no switch. before: what stands before its command. The
    folder is short-lived and has a short path: a unix socket's address holds 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="keepline-edge-"))
    ports = KamailioPorts(*(free_port(public_host) for _ in range(4)))
    ours: dict[str, Any] = {"outside_also": ("127.0.0.0/8", "::1/128"), "ping_interval": PING_SECONDS}
    settings = ours | settings
    run = KamailioRun(config, folder, ports, public_host=public_host, workers=2, debug_level=2, **settings)
    edge = RunningEdge(run, defines or {}, before)
    try:
        await edge.start()
        yield edge
    finally:
        await edge.stop()
        shutil.rmtree(folder, ignore_errors=True)


_ids = itertools.count(1)


def call(path: Path, method: str, *params: object, within: float = 10.0) -> Any:
    """One JSON-RPC call over the unix datagram socket, `within` so many seconds; raises RuntimeError with the
    edge's words."""
    mine = f"{path}.{os.getpid()}.{next(_ids)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.bind(mine)
        try:
            client.settimeout(within)
            client.connect(str(path))
            client.send(orjson.dumps({"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}))
            answer = orjson.loads(client.recv(1 << 17))
        finally:
            Path(mine).unlink(missing_ok=True)
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']}")
    return answer.get("result")
