"""TCP connections: silent ones live for seconds, a tenant's own longer, and none takes another's place.

A worker keeps a connection for 5 s after its last octet, and the process that ends what is over looks every 5
seconds (Kamailio 5.6, tcp_read.c and tcp_main.c): silence of 2 s ends a connection within 12 s.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Message, Wire, reply, request

TRUNKS = {
    "greedy.test": "t_greedy|trk_greedy|e|127.0.1.0/24|1",
    "other.test": "t_other|trk_other|e|127.0.3.0/24|1",
}
SILENT, MOST, KEPT = 2, 60, 3
BOUNDS = {"TCP_SILENT_SECONDS": SILENT, "TCP_CONNECTIONS": MOST, "TCP_KEPT_PER_ADDRESS": KEPT}
ENDS_SECONDS = 20.0


@pytest.fixture(scope="module")
async def bounded(shared_config: Path) -> AsyncIterator[tuple[RunningEdge, Wire]]:
    values = {name: str(value) for name, value in BOUNDS.items()}
    async with running_edge(shared_config, defines=values) as edge:
        switch = await Wire.open()
        await edge.load(TRUNKS, {}, [switch.peer])
        yield edge, switch
        switch.close()


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @property
    def at(self) -> str:
        return "{}:{}".format(*self.writer.get_extra_info("sockname")[:2])

    async def say(self, method: str, uri: str, wire: Wire, *, body: str = "") -> None:
        via = f"SIP/2.0/TCP {self.at};branch=z9hG4bK{id(self)}{asyncio.get_running_loop().time()}"
        self.writer.write(request(method, uri, wire, body=body, via=via).encode())

    async def status(self) -> int:
        async with asyncio.timeout(5):
            return int((await self.reader.readuntil(b"\r\n\r\n")).split()[1])

    async def ended(self) -> None:
        """Waits until the edge closes it."""
        with suppress(ConnectionError):
            async with asyncio.timeout(ENDS_SECONDS):
                assert await self.reader.read() == b""

    async def answers(self, uri: str, wire: Wire) -> bool:
        try:
            await self.say("OPTIONS", uri, wire)
            return await self.status() == 200
        except (ConnectionError, asyncio.IncompleteReadError):
            return False


@asynccontextmanager
async def connected(edge: RunningEdge, host: str, count: int = 1) -> AsyncIterator[list[Connection]]:
    made = [
        Connection(*await asyncio.open_connection(*edge.public, local_addr=(host, 0))) for _ in range(count)
    ]
    yield made
    for one in made:
        one.writer.close()


async def test_many_silent_connections_of_one_address_keep_no_other_tenant_out(
    bounded: tuple[RunningEdge, Wire], wires
) -> None:
    edge, switch = bounded
    wire = await wires("127.0.3.1")
    async with connected(edge, "127.0.1.9", MOST + 20):
        wire.send(request("INVITE", "sip:+4930123@other.test", wire, body=SDP), edge.public)
        invite = await switch.receive("INVITE")
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)

        async with AsyncExitStack() as opened:

            async def let_in() -> Connection | None:
                (mine,) = await opened.enter_async_context(connected(edge, "127.0.3.1"))
                return mine if await mine.answers("sip:other.test", wire) else None

            # the same connection: the room that it found may be the only one as yet
            mine = await until(let_in, ENDS_SECONDS)
            await mine.say("INVITE", "sip:+4930123@other.test;transport=tcp", wire, body=SDP)
            invite = await switch.receive("INVITE")
            assert invite.one("X-Keepline-Source") == mine.at
            switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)


async def test_of_an_address_so_many_connections_are_kept_that_a_trunk_uses(
    bounded: tuple[RunningEdge, Wire], wires
) -> None:
    edge, _ = bounded
    wire = await wires("127.0.1.1")
    async with (
        connected(edge, "127.0.1.1", KEPT + 3) as many,
        connected(edge, "127.0.3.1") as (other,),
        connected(edge, "127.0.66.1", 2) as (stranger, another),
    ):
        assert await other.answers("sip:other.test", wire)
        for one in (*many, many[0], stranger):
            assert await one.answers("sip:greedy.test", wire)
        assert await another.answers("sip:other.test", wire)
        await asyncio.gather(*(one.ended() for one in (*many[KEPT:], stranger, another)))
        for one in many[:KEPT]:
            assert await one.answers("sip:greedy.test", wire)
        assert await other.answers("sip:other.test", wire)
    kept = partial(edge.rpc, "htable.get", "kept", "of:127.0.1.1")

    async def forgotten() -> bool:
        return int((await kept())["item"]["value"]) == 0

    await until(forgotten)


async def test_an_agent_may_ring_for_longer_than_a_silent_connection_lives(
    bounded: tuple[RunningEdge, Wire], wires
) -> None:
    edge, switch = bounded
    wire = await wires("127.0.66.1")

    async def agent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leg = Message(await reader.readuntil(b"\r\n\r\n"), ("", 0))
        writer.write(reply(leg, 180, "Ringing", tag="a").encode())
        async with connected(edge, "127.0.66.1") as (stranger,):
            assert await stranger.answers("sip:greedy.test", wire)
            await stranger.ended()
        writer.write(reply(leg, 486, "Busy", tag="a").encode())

    server = await asyncio.start_server(agent, "127.0.2.1", 0)
    host, port = server.sockets[0].getsockname()
    switch.send(request("INVITE", f"sip:bot@{host}:{port};transport=tcp", switch, body=SDP), edge.inner)
    await switch.receive(180)
    await switch.receive(486, within=ENDS_SECONDS + 2)
    server.close()


async def test_silent_connections_take_little_of_the_memory_for_calls(shared_config: Path) -> None:
    async with running_edge(shared_config) as edge:
        before = int((await edge.rpc("core.shmmem"))["used"])
        async with connected(edge, "127.0.1.9", 500):

            async def accepted() -> bool:
                return int((await edge.rpc("core.tcp_info"))["opened_connections"]) == 500

            await until(accepted)
            memory = await edge.rpc("core.shmmem")
        taken = (int(memory["used"]) - before) / 500
        assert taken * 4096 < int(memory["total"]) / 3
