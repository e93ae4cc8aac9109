"""A real Kamailio, the real agent as a process, and a small SwitchConfig server in sip-config's place."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest

from edge_agent.__main__ import build
from edge_agent.domain.records import Destination, NumberRecord, Record, Table, TrunkRecord
from edge_agent.domain.version import snapshot_version
from edge_agent.settings import Settings
from harness.ports import free_port
from harness.until import until
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigServicer, add_SwitchConfigServicer_to_server
from keepline.types.v1.endpoint_pb2 import TRANSPORT_UDP, SipEndpoint
from servicekit.lifecycle import serve
from servicekit.settings import load
from switchlink.testing.running_edge import RunningEdge, running_edge

CONFIG = Path(__file__).parents[3] / "infra" / "kamailio" / "kamailio.cfg"
TABLES = {Table.TRUNK: pb.RECORD_TABLE_TRUNK, Table.NUMBER: pb.RECORD_TABLE_NUMBER}
CHUNK = 500


def trunk(n: int, *sources: str, enabled: bool = True, version: int = 1) -> Record:
    return TrunkRecord(f"t{n}.sip.test", f"tenant{n}", f"trk_{n}", enabled, sources, version).record()


def number(n: int, of: int) -> Record:
    return NumberRecord(f"+4930{n:06d}", f"t{of}.sip.test").record()


def switch(port: int) -> Destination:
    return Destination(1, "127.0.0.1", port)


class Control(SwitchConfigServicer):
    """Says what it is told to say, and keeps what it hears. `content` is what edges should run."""

    def __init__(self) -> None:
        self.records: dict[tuple[Table, str], Record] = {}
        self.destinations: tuple[Destination, ...] = ()
        self.acks: list[tuple[str, str]] = []
        self.watches: list[str] = []
        self.tokens: list[str] = []
        self._streams: set[asyncio.Queue[pb.WatchResponse | None]] = set()
        self._server: grpc.aio.Server | None = None
        self.port = free_port()

    async def start(self) -> None:
        self._server = grpc.aio.server()
        add_SwitchConfigServicer_to_server(self, self._server)
        self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(0)
            self._server = None

    @property
    def version(self) -> str:
        return snapshot_version(self.records.values(), self.destinations)

    def hold(self, records: Iterable[Record], destinations: Iterable[Destination]) -> None:
        self.records = {(record.table, record.key): record for record in records}
        self.destinations = tuple(destinations)

    def send_whole(self, **wrong: Any) -> str:
        """To all who watch; `wrong` replaces fields of each chunk."""
        for message in self.whole(**wrong):
            self.send(message)
        return str(wrong.get("version", self.version))

    def change(
        self,
        put: Iterable[Record] = (),
        delete: Iterable[tuple[Table, str]] = (),
        destinations: Iterable[Destination] | None = None,
        **wrong: Any,
    ) -> str:
        put, delete, before = list(put), list(delete), self.version
        for key in delete:
            self.records.pop(key, None)
        for record in put:
            self.records[record.table, record.key] = record
        if destinations is not None:
            self.destinations = tuple(destinations)
        fields: dict[str, Any] = {
            "from_version": before,
            "to_version": self.version,
            "set": [_record(record) for record in put],
            "deleted": [pb.RecordKey(table=TABLES[table], key=key) for table, key in delete],
        }
        if destinations is not None:
            fields["destinations"] = pb.DestinationList(destinations=map(_destination, self.destinations))
        delta = pb.Delta(**(fields | wrong))
        self.send(pb.WatchResponse(delta=delta))
        return delta.to_version

    def send(self, message: pb.WatchResponse) -> None:
        for stream in self._streams:
            stream.put_nowait(message)

    def hang_up(self) -> None:
        for stream in self._streams:
            stream.put_nowait(None)

    def whole(self, **wrong: Any) -> list[pb.WatchResponse]:
        records = list(self.records.values())
        parts = [records[at : at + CHUNK] for at in range(0, len(records), CHUNK)] or [[]]
        last, version = len(parts) - 1, self.version
        return [
            pb.WatchResponse(
                snapshot=pb.SnapshotChunk(
                    **{
                        "version": version,
                        "index": index,
                        "last": index == last,
                        "records": [_record(record) for record in part],
                        "destinations": map(_destination, self.destinations) if index == last else (),
                        "record_count": len(records),
                    }
                    | wrong
                )
            )
            for index, part in enumerate(parts)
        ]

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
        self.watches.append(request.running_version)
        self.tokens += [value for key, value in context.invocation_metadata() if key == "authorization"]
        stream: asyncio.Queue[pb.WatchResponse | None] = asyncio.Queue()
        first = self.whole()
        if request.running_version == self.version:
            first = [pb.WatchResponse(current=pb.Current(version=self.version))]
        self._streams.add(stream)
        try:
            for message in first:
                yield message
            while (message := await stream.get()) is not None:
                yield message
        finally:
            self._streams.discard(stream)

    async def Ack(self, request: pb.AckRequest, context: Any) -> pb.AckResponse:
        assert context.time_remaining() is not None
        self.acks.append((request.version, request.nack_reason))
        return pb.AckResponse()

    async def in_force(self, version: str, within: float = 10.0) -> None:
        await until(lambda: (version, "") in self.acks, within, f"the word that {version[:8]} is in force")

    async def refused(self, version: str, within: float = 10.0) -> str:
        def reason() -> str:
            return next((why for which, why in self.acks if which == version and why), "")

        return await until(reason, within, f"the refusal of {version[:8]}")


def _record(record: Record) -> pb.Record:
    return pb.Record(table=TABLES[record.table], key=record.key, value=record.value)


def _destination(one: Destination) -> pb.Destination:
    endpoint = SipEndpoint(host=one.host, port=one.port, transport=TRANSPORT_UDP)
    return pb.Destination(set_id=one.set_id, endpoint=endpoint)


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
        """As a process."""
        with self.log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "edge_agent",
                env={**os.environ, **self.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=self._bound,
            )

    def _bound(self) -> None:
        """In the child: no file of its grows beyond the limit, as on a full disk."""
        if self.file_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_limit, self.file_limit))

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
                answer = await client.get(f"http://127.0.0.1:{self.http}/readyz", timeout=2.0)
        except httpx.HTTPError:
            return None
        report: dict[str, Any] = answer.json()
        return report

    async def until_ready(self, within: float = 15.0) -> None:
        async def check() -> bool:
            report = await self.ready()
            return report is not None and report["ready"]

        await until(check, within, "readiness of the agent")


@pytest.fixture
def config() -> Path:
    return CONFIG


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(CONFIG, ping_interval=60, reload_delta=1) as running:
        yield running


@pytest.fixture
async def control() -> AsyncIterator[Control]:
    server = Control()
    server.hold([trunk(1, "127.0.1.0/24"), number(1, of=1)], [switch(5999)])
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


@pytest.fixture
def content() -> Any:
    """The makers of content, for tests that cannot import this file."""

    class Content:
        trunk = staticmethod(trunk)
        number = staticmethod(number)
        switch = staticmethod(switch)
        TRUNK, NUMBER = Table.TRUNK, Table.NUMBER

    return Content
