"""A real Kamailio with our configuration; providers dial from 127.0.1.x, agents live on 127.0.2.x and
strangers on 127.0.66.x. `switch` is a socket in a switch's place."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import Wire, reply

CONFIG = Path(__file__).parents[3] / "infra" / "kamailio" / "kamailio.cfg"

TRUNKS = {
    "acme.sip.keepline.test": "t_demo|trk_acme|e|127.0.1.0/24,2001:db8::/32|3",
    "globex.sip.keepline.test": "t_globex|trk_globex|e|198.51.100.0/24,127.0.3.0/24|1",
    "closed.sip.keepline.test": "t_demo|trk_closed|d|127.0.1.0/24|1",
    "later.sip.keepline.test": "t_demo|trk_later|xe|127.0.1.0/24|1|a field|of a later version",
    "nobody.sip.keepline.test": "t_demo|trk_nobody|e||1",
}
NUMBERS = {"+4930123": "acme.sip.keepline.test", "+4930999": "gone.sip.keepline.test"}

Opener = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def wires() -> AsyncIterator[Opener]:
    opened: list[Wire] = []

    async def open_wire(host: str, port: int = 0) -> Wire:
        wire = await Wire.open(host, port)
        opened.append(wire)
        return wire

    yield open_wire
    for wire in opened:
        wire.close()


@pytest.fixture(scope="session")
def shared_config() -> Path:
    return CONFIG


@pytest.fixture(scope="session")
async def shared_edge() -> AsyncIterator[tuple[RunningEdge, Wire]]:
    # all tests are one tenant's
    many = dict.fromkeys(("TRUNK_CALLS_PER_SECOND", "TENANT_CALLS_PER_SECOND", "TENANT_CALLS"), "9999")
    async with running_edge(CONFIG, ping_interval=60, defines={"LEG_SILENCE": "1000"} | many) as edge:
        switch = await Wire.open()
        await edge.load(TRUNKS, NUMBERS, [switch.peer])
        yield edge, switch
        switch.close()


@pytest.fixture
async def edge(shared_edge: tuple[RunningEdge, Wire]) -> RunningEdge:
    return shared_edge[0]


@pytest.fixture
async def switch(shared_edge: tuple[RunningEdge, Wire]) -> AsyncIterator[Wire]:
    edge, wire = shared_edge
    wire.forget()
    yield wire
    # what a test left ringing ends here, so that nothing of it reaches the next test
    ringing = {call.one("Call-ID"): call for call in wire.seen if call.method == "INVITE" and not call.status}
    for call_id in ringing.keys() - wire.finished:
        wire.send(reply(ringing[call_id], 486, "Busy Here", tag="end"), edge.inner)
        await wire.receive("ACK")
    wire.forget()


@pytest.fixture
async def provider(wires: Opener) -> Wire:
    return await wires("127.0.1.1")


@pytest.fixture
async def agent(wires: Opener) -> Wire:
    return await wires("127.0.2.1")


@pytest.fixture
async def stranger(wires: Opener) -> Wire:
    return await wires("127.0.66.6")
