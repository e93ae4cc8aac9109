"""A real Kamailio with our configuration; providers dial from 127.0.1.x, agents live on 127.0.2.x and
strangers on 127.0.66.x. `switch` is a socket in a switch's place."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from harness.edge_reports import Listener
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import Wire, reply

CONFIG = Path(__file__).parents[3] / "infra" / "kamailio" / "kamailio.cfg"

TRUNKS = {
    "acme.sip.keepline.test": "t_demo|trk_acme|e|127.0.1.0/24,2001:db8::/32|3",
    "globex.sip.keepline.test": "t_globex|trk_globex|e|198.51.100.0/24,127.0.3.0/24|1",
    "closed.sip.keepline.test": "t_demo|trk_closed|d|127.0.1.0/24|1",
    "later.sip.keepline.test": "t_demo|trk_later|xe|127.0.1.0/24|1|a field|of a later version",
    "nobody.sip.keepline.test": "t_demo|trk_nobody|e||1",
    # calls to the address: `one` alone knows 127.64.7.1; two tenants are behind one carrier, 127.32.8.0/24
    "one.sip.test": "t_one|trk_one|e|127.64.7.1/32|1|44,0",
    "north.sip.test": "t_north|trk_north|e|127.32.8.0/24|1|44,0",
    "south.sip.test": "t_south|trk_south|e|127.32.0.0/12|1|49,0",
    "south2.sip.test": "t_south|trk_south2|e|127.32.8.7/32|1|1,1",
    "rome.sip.test": "t_rome|trk_rome|e|127.64.9.0/24|1|39,",
    "norules.sip.test": "t_norules|trk_norules|e|127.64.10.0/24|1|a field|of a later version",
    "off.sip.test": "t_off|trk_off||127.64.11.1/32|1|44,0",
    # two countries that write a number in two ways; both know 127.64.13.9, and so does a third
    "mx.sip.test": "t_mx|trk_mx|e|127.64.12.0/24,127.64.13.9/32|1|52,",
    "ar.sip.test": "t_ar|trk_ar|e|127.64.13.0/24|1|54,0",
    "ar2.sip.test": "t_ar2|trk_ar2|e|127.64.13.9/32|1|54,0",
}
NUMBERS = {
    "+4930123": "acme.sip.keepline.test",
    "+4930999": "gone.sip.keepline.test",
    "+442079460123": "one.sip.test",
    "+442079460200": "north.sip.test",
    "+442079460300": "south.sip.test",
    "+493079460200": "south.sip.test",
    "+442079460400": "north.sip.test",
    "+492079460400": "south.sip.test",
    "+12025550100": "south2.sip.test",
    "+390612345678": "rome.sip.test",
    "+442079460500": "norules.sip.test",
    "+442079460600": "off.sip.test",
    "+525512345678": "mx.sip.test",
    "+525566660000": "mx.sip.test",
    "+5491123456789": "ar.sip.test",
    "+541145678901": "ar.sip.test",
    "+541133334444": "ar.sip.test",
    "+5491133334444": "ar.sip.test",
    "+5492215123456": "ar.sip.test",
    "+542915151515": "ar.sip.test",
    "+541177778888": "ar.sip.test",
    "+5491177778888": "ar2.sip.test",
    "+5491166667777": "ar2.sip.test",
}
OWN_NAMES = ["edge1.sip.keepline.test", "198.51.100.7"]
# all tests are one tenant's and one source's: what they send together in a second is no flood
BOUNDS = (
    "TRUNK_CALLS_PER_SECOND",
    "TENANT_CALLS_PER_SECOND",
    "TENANT_CALLS",
    "SOURCE_REQUESTS_PER_SECOND",
    "TENANT_REPORTS_PER_SECOND",
    "STRANGERS_REPORTS_PER_SECOND",
)

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
def numbers() -> dict[str, str]:
    """What is held, and the domain of each."""
    return NUMBERS


@pytest.fixture(scope="session")
def shared_config() -> Path:
    return CONFIG


@pytest.fixture(scope="session")
async def shared_edge() -> AsyncIterator[tuple[RunningEdge, Wire]]:
    defines = {"LEG_SILENCE": "1000"} | dict.fromkeys(BOUNDS, "9999")
    async with running_edge(CONFIG, defines=defines, public_names=OWN_NAMES) as edge:
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


@pytest.fixture
async def listener(edge: RunningEdge) -> AsyncIterator[Listener]:
    listening = await Listener.open(edge)
    await listening.grant(100, edge)
    yield listening
    listening.close()
