"""One contract, two switches: devswitch always, FreeSWITCH whenever FREESWITCH_BIN or PATH has one.

`edge` is a phone in the edge's place: every leg leaves through it, so the user of the dialled URI
chooses how that agent behaves. `carrier` is a phone that calls in.
"""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from call_router.adapters.switch.hand_overs import HandOvers
from call_router.domain.agent import Agent, SipAgent
from call_router.domain.plan import Plan
from call_router.domain.records import Number, Trunk
from call_router.domain.table import RoutingTable
from servicekit.clock import SystemClock
from siptypes.country_rules import rules_of
from switchlink.esl import EslLink
from switchlink.freeswitch import find_freeswitch
from switchlink.testing.desk import EVENTS as HAND_OVER_EVENTS
from switchlink.testing.desk import Desk, Edge, Handed, leg
from switchlink.testing.free_ports import free_port
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch, running_switch

CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"
EVENTS = ("CHANNEL_PARK", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB", "HEARTBEAT")


@pytest.fixture(scope="session")
async def edge() -> AsyncIterator[Phone]:
    phone = await Phone.open()
    yield phone
    phone.close()


@pytest.fixture(scope="session", params=["devswitch", "freeswitch"])
async def switch(
    request: pytest.FixtureRequest, edge: Phone, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningSwitch]:
    """Asks two routers about each call; nobody listens there until a test does."""
    if request.param == "freeswitch" and find_freeswitch() is None:
        pytest.skip("no FreeSWITCH here: neither FREESWITCH_BIN nor PATH names one")
    folder = tmp_path_factory.mktemp(request.param)
    routers = [("127.0.0.1", free_port("127.0.0.1")) for _ in range(2)]
    async with running_switch(request.param, CONFIGURATION, folder, edge.address, routers=routers) as running:
        yield running


@pytest.fixture
async def desk(switch: RunningSwitch) -> AsyncIterator[Desk]:
    """Nobody sits there yet: `open` says which routers listen."""
    async with Desk(switch.routers) as both:
        yield both


@pytest.fixture
async def calls(switch: RunningSwitch, desk: Desk, carrier: Phone) -> AsyncIterator[Edge]:
    """Both routers listen."""
    await desk.open(0, 1)
    async with switch.link(*HAND_OVER_EVENTS) as link:
        await link.wait_connected()
        yield Edge(link, carrier, switch.sip, desk)


@pytest.fixture
async def lonely(switch: RunningSwitch, desk: Desk, carrier: Phone) -> AsyncIterator[Edge]:
    """No router listens until the test opens one."""
    async with switch.link(*HAND_OVER_EVENTS) as link:
        await link.wait_connected()
        yield Edge(link, carrier, switch.sip, desk)


@pytest.fixture
def router_for() -> Callable[[str], HandOvers]:
    """A router of which one number is known, +4930123456, and one agent, at the URI."""
    return lambda uri: HandOvers(_table_with(uri), SystemClock(), lambda: 0.5, "r1")


def _table_with(uri: str) -> RoutingTable:
    table, number, then = RoutingTable(rules_of), "+4930123456", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    table.ready = True
    for record in (
        Trunk("trk_1", "t_demo", 1, "Carrier", "DE", True, ()),
        Number("num_1", "t_demo", 1, number, "trk_1"),
        Agent("agt_1", "t_demo", 1, "Desk", SipAgent(uri), 20, then, then),
        Plan("pln_1", "t_demo", 1, "Front desk", (number,), "agt_1", "", False, then, then),
    ):
        table.apply(record)
    return table


@pytest.fixture
async def link(switch: RunningSwitch) -> AsyncIterator[EslLink]:
    async with switch.link(*EVENTS) as connected:
        await connected.wait_connected()
        yield connected


@pytest.fixture
async def carrier() -> AsyncIterator[Phone]:
    phone = await Phone.open()
    yield phone
    phone.close()


@pytest.fixture
async def ringing(calls: Edge, edge: Phone) -> AsyncIterator[Handed]:
    """A call whose agent rings; gone when the test is."""
    handed = await calls.hand_over(leg(edge.behave("rings-on", Behaviour(status=None))))
    await edge.incoming("rings-on")
    yield handed
    if not handed.call.final.done():
        handed.carrier.cancel(handed.call)
        await handed.final()
