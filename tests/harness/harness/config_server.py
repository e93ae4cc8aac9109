"""A small SwitchConfig server in sip-config's place, which walks the streams as the real one does: a whole or
a change from what the node holds, heartbeats, and nothing that the node refused."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import grpc.aio

from harness.until import until
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigServicer, add_SwitchConfigServicer_to_server
from keepline.types.v1.endpoint_pb2 import TRANSPORT_TLS, TRANSPORT_UDP, SipEndpoint
from switchlink.testing.free_ports import free_port

CHUNK = 1000
HEARTBEAT_SECONDS = 0.2
ORDER = ("edge", "switch", "endpoint", "trunk", "number")


def trunk(n: int, *sources: str, enabled: bool = True, version: int = 1) -> pb.Resource:
    body = pb.TrunkResource(
        domain=f"t{n}.sip.test",
        tenant_id=f"tenant{n}",
        trunk_id=f"trk_{n}",
        trunk_version=version,
        enabled=enabled,
        source_cidrs=sources,
    )
    return resource(f"trunk/{body.domain}", trunk=body)


def number(n: int, of: int) -> pb.Resource:
    body = pb.NumberResource(e164=f"+4930{n:06d}", domain=f"t{of}.sip.test")
    return resource(f"number/{body.e164}", number=body)


def switch(port: int, *, draining: bool = False) -> pb.Resource:
    state = pb.DESTINATION_STATE_DRAINING if draining else pb.DESTINATION_STATE_ACTIVE
    where = SipEndpoint(host="127.0.0.1", port=port, transport=TRANSPORT_UDP)
    body = pb.SwitchResource(id=f"sw{port}", endpoint=where, state=state, weight=1)
    return resource(f"switch/{body.id}", switch=body)


def endpoint(host: str) -> pb.Resource:
    where = SipEndpoint(host=host, port=5061, transport=TRANSPORT_TLS)
    return resource(f"endpoint/tls:{host}:5061", endpoint=pb.EndpointResource(endpoint=where))


def udp_endpoint(host: str, port: int) -> pb.Resource:
    where = SipEndpoint(host=host, port=port, transport=TRANSPORT_UDP)
    return resource(f"endpoint/udp:{host}:{port}", endpoint=pb.EndpointResource(endpoint=where))


def known_edge(name: str) -> pb.Resource:
    return resource(f"edge/{name}", edge=pb.EdgeResource(id=name))


def resource(name: str, **body: Any) -> pb.Resource:
    """The version is of the content, as the proto says."""
    made = pb.Resource(name=name, **body)
    digest = hashlib.sha256(made.SerializeToString(deterministic=True)).digest()
    made.version = int.from_bytes(digest[:8], "big")
    return made


def version_of(resources: Iterable[pb.Resource]) -> str:
    return f"{sum(map(part, resources)) % 2**256:064x}"


def part(one: pb.Resource) -> int:
    """Of the sum that is the version of a whole."""
    written = one.name.encode() + b"\0" + one.version.to_bytes(8, "big")
    return int.from_bytes(hashlib.sha256(written).digest(), "big")


def order(name: str) -> int:
    kind = name.partition("/")[0]
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


class Control(SwitchConfigServicer):
    """`hold` and `change` say what edges should run; `send` says anything at all."""

    def __init__(self) -> None:
        self.resources: dict[str, pb.Resource] = {}
        self.version = version_of(())
        self.position = 10
        self._acks_before = 0
        self.word = pb.OperatorWord()
        self.lagging = False
        self.acks: list[pb.AckRequest] = []
        self.watches: list[pb.WatchRequest] = []
        self.sent: list[tuple[str, str]] = []  # (whole or change, version), one for each
        self.heartbeats = 0
        self.tokens: list[str] = []
        self.refused: dict[str, str] = {}  # version -> what the node holds instead
        # the version before each change, and what the change replaced
        self._log: list[tuple[str, dict[str, pb.Resource | None]]] = []
        self._moved = asyncio.Condition()
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

    # -- what edges should run

    def hold(self, *resources: pb.Resource) -> str:
        """These and no others."""
        wanted = {one.name for one in resources}
        return self.change(*resources, removed=[name for name in self.resources if name not in wanted])

    def change(self, *put: pb.Resource, removed: Iterable[str] = ()) -> str:
        before: dict[str, pb.Resource | None] = {}
        for one in put:
            before[one.name] = self.resources.get(one.name)
            self.resources[one.name] = one
        for name in removed:
            before[name] = self.resources.pop(name)
        total = int(self.version, 16)
        for name, old in before.items():
            new = self.resources.get(name)
            total += (part(new) if new else 0) - (part(old) if old else 0)
        self._log.append((self.version, before))
        self.version = f"{total % 2**256:064x}"
        self.position += 1
        self._acks_before = len(self.acks)
        if self._server is not None:
            asyncio.get_running_loop().create_task(self._tell())
        return self.version

    def forget(self) -> None:
        """As a server that started anew: it knows no version but its own."""
        self._log.clear()

    async def _tell(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    # -- anything else

    def send(self, *messages: pb.WatchResponse) -> None:
        for stream in self._streams:
            for message in messages:
                stream.put_nowait(message)

    def whole(self, resources: Sequence[pb.Resource], **wrong: Any) -> list[pb.WatchResponse]:
        """Its chunks; `wrong` replaces fields of each."""
        ordered = sorted(resources, key=lambda one: order(one.name))
        parts = [ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK)] or [[]]
        version = version_of(ordered)
        chunks = []
        for index, piece in enumerate(parts):
            fields: dict[str, Any] = {
                "version": version,
                "revision": self.revision,
                "index": index,
                "last": index == len(parts) - 1,
                "resource_count": len(ordered),
                "word": self.word,
                "resources": piece,
            }
            chunks.append(pb.WatchResponse(whole=pb.WholeChunk(**fields | wrong)))
        return chunks

    def step(self, before: str, **wrong: Any) -> list[pb.WatchResponse]:
        """The change from an earlier version, in chunks."""
        had: dict[str, pb.Resource | None] = {}
        for _, old in self._since(before) or ():
            had = {**old, **had}
        put = [self.resources[name] for name in had if name in self.resources]
        put = sorted((one for one in put if had[one.name] != one), key=lambda one: order(one.name))
        gone = [name for name, old in had.items() if old is not None and name not in self.resources]
        removed = sorted(gone, key=order, reverse=True)
        parts = [put[at : at + CHUNK] for at in range(0, len(put), CHUNK)] or [[]]
        fields: dict[str, Any] = {
            "from_version": before,
            "version": self.version,
            "revision": self.revision,
            "word": self.word,
        }
        chunks = []
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            own = {"index": index, "last": last, "set": part, "removed": removed if last else ()}
            chunks.append(pb.WatchResponse(change=pb.ChangeChunk(**fields | own | wrong)))
        return chunks

    def _since(self, version: str) -> list[tuple[str, dict[str, pb.Resource | None]]] | None:
        """What changed since a version; None when it is not known."""
        starts = [place for place, (before, _) in enumerate(self._log) if before == version]
        return self._log[starts[-1] :] if starts else None

    @property
    def revision(self) -> pb.Revision:
        return pb.Revision(positions={"trunk/0": self.position})

    # -- the service

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
        self.watches.append(request)
        self.tokens += [value for key, value in context.invocation_metadata() if key == "authorization"]
        by_hand: asyncio.Queue[pb.WatchResponse | None] = asyncio.Queue()
        self._streams.add(by_hand)
        holds, is_new = request.held.version, True
        self.refused.update(dict.fromkeys(request.refused_versions, holds))
        try:
            while True:
                while not by_hand.empty():
                    message = by_hand.get_nowait()
                    if message is None:
                        return
                    yield message
                holds = self.refused.get(holds, holds)
                refused = self.refused
                if self.lagging:
                    yield pb.WatchResponse(lagging=pb.Lagging(revision=self.revision))
                elif self.version != holds and self.version not in refused:
                    known, version = self._since(holds) is not None, self.version
                    self.sent.append(("change" if known else "whole", version))
                    for chunk in self.step(holds) if known else self.whole(list(self.resources.values())):
                        yield chunk
                    holds = version  # another may be due by now
                elif is_new or not await self._has_moved(self.version):
                    self.heartbeats += 1
                    yield pb.WatchResponse(current=pb.Current(version=holds, revision=self.revision))
                is_new = False
                if self.lagging:
                    await asyncio.sleep(HEARTBEAT_SECONDS)
        finally:
            self._streams.discard(by_hand)

    async def _has_moved(self, version: str) -> bool:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self.version != version)
        except TimeoutError:
            return False
        return True

    async def Ack(self, request: pb.AckRequest, context: Any) -> pb.AckResponse:
        assert context.time_remaining() is not None
        self.acks.append(request)
        if request.nack_reason:
            self.refused[request.version] = request.held.version
        else:
            self.refused.clear()  # as the real one does
        return pb.AckResponse()

    # -- what tests wait for

    async def in_force(self, version: str = "", within: float = 30.0) -> pb.AckRequest:
        """The newest word, since the last change, that this version (the current one) is in force."""
        version = version or self.version

        def told() -> pb.AckRequest | None:
            words = self.acks[self._acks_before :]
            found = [ack for ack in words if ack.version == version and not ack.nack_reason]
            return found[-1] if found else None

        ack: pb.AckRequest = await until(told, within, f"the word that {version[:8]} is in force")
        return ack

    async def refusal(self, version: str, within: float = 30.0) -> str:
        def reason() -> str:
            return next(
                (ack.nack_reason for ack in self.acks if ack.version == version and ack.nack_reason), ""
            )

        return str(await until(reason, within, f"the refusal of {version[:8]}"))
