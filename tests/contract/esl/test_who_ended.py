"""Who ended a call, and why, as a router reads it: from the end itself, and from the ledger of the switch."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from call_router.adapters.switch.happenings import happening_of
from call_router.adapters.switch.ledger import Ledger
from call_router.domain.live_call import HungUp
from switchlink.esl import EslLink
from switchlink.freeswitch import find_freeswitch
from switchlink.testing.desk import EVENTS, Desk, Edge, Handed, leg
from switchlink.testing.free_ports import free_port
from switchlink.testing.sip_message import NOTHING, Body
from switchlink.testing.sip_phone import Behaviour, Call, Phone
from switchlink.testing.switch_process import RunningSwitch, running_switch
from switchlink.testing.wire import SDP

CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
SILENT_MS, UNACKNOWLEDGED_MS = 2500, 1500


@pytest.fixture(scope="module", params=["devswitch", "freeswitch"])
async def impatient(
    request: pytest.FixtureRequest, edge: Phone, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningSwitch]:
    """As ours, but for how long it waits for packets and for an ACK."""
    if request.param == "freeswitch" and find_freeswitch() is None:
        pytest.skip("no FreeSWITCH here: neither FREESWITCH_BIN nor PATH names one")
    folder = tmp_path_factory.mktemp(f"impatient-{request.param}")
    ours = shutil.copytree(CONFIGURATION, folder / "configuration")
    _replace(ours / "dialplan/keepline.xml", "media_timeout=300000", f"media_timeout={SILENT_MS}")
    param = f'<param name="timer-T1X64" value="{UNACKNOWLEDGED_MS}"/>'
    _replace(ours / "autoload_configs/sofia.conf.xml", "</settings>", f"{param}</settings>")
    routers = [("127.0.0.1", free_port("127.0.0.1")) for _ in range(2)]
    options = [f"--t1x64={UNACKNOWLEDGED_MS}"]
    async with running_switch(
        request.param, ours, folder / "run", edge.address, routers=routers, options=options
    ) as running:
        yield running


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@dataclass(frozen=True)
class Talk:
    """A call that was answered."""

    link: EslLink
    edge: Phone
    handed: Handed
    agent: Call

    async def uuid(self, of_the_leg: bool) -> str:
        if of_the_leg:
            return (await self.handed.of_the_leg("CHANNEL_ANSWER")).headers["Unique-ID"]
        return (await self.handed.mine("CHANNEL_CREATE")).headers["Unique-ID"]


async def caller_hangs_up(talk: Talk) -> None:
    talk.handed.carrier.hang_up(talk.handed.call)


async def agent_hangs_up(talk: Talk) -> None:
    talk.edge.hang_up(talk.agent)


async def operator_ends_it(talk: Talk) -> None:
    await talk.link.api("uuid_kill", await talk.uuid(False))


async def operator_ends_the_agents_side(talk: Talk) -> None:
    await talk.link.api("uuid_kill", await talk.uuid(True))


async def operator_says_why(talk: Talk) -> None:
    await talk.link.api("uuid_kill", await talk.uuid(False), "SYSTEM_SHUTDOWN")


async def packets_stop(talk: Talk) -> None:
    """On both sides."""
    await talk.handed.call.rtp.send(talk.handed.call.remote_sdp, 0x11, 10)


async def only_the_agent_speaks(talk: Talk) -> None:
    await talk.agent.rtp.send(talk.agent.remote_sdp, 0x22, 50 * SILENT_MS // 1000 + 25)


End = tuple[Callable[[Talk], Awaitable[None]], str, str]
ENDS: list[End] = [
    (caller_hangs_up, "caller", "NORMAL_CLEARING"),
    (agent_hangs_up, "agent", "NORMAL_CLEARING"),
    (operator_ends_it, "keepline", "MANAGER_REQUEST"),
    (operator_ends_the_agents_side, "keepline", "MANAGER_REQUEST"),
    (operator_says_why, "keepline", "SYSTEM_SHUTDOWN"),
    (packets_stop, "keepline", "MEDIA_TIMEOUT"),
    (only_the_agent_speaks, "keepline", "MEDIA_TIMEOUT"),
]


@pytest.mark.parametrize("row", ENDS, ids=lambda row: row[0].__name__)
async def test_a_talk_says_who_ended_it_and_why(
    impatient: RunningSwitch, edge: Phone, carrier: Phone, row: End
) -> None:
    end, *told = row
    # an agent that failed before says nothing of the end
    busy = leg(edge.behave("was-busy", Behaviour(486, "Busy Here")))
    answers = leg(edge.behave(end.__name__, Behaviour()), index=1)
    async with Desk(impatient.routers) as desk, impatient.link(*EVENTS) as link:
        await desk.open(0, 1)
        await link.wait_connected()
        handed = await Edge(link, carrier, impatient.sip, desk).hand_over(busy, answers)
        assert (await handed.final())[0] == 200
        await end(Talk(link, edge, handed, await edge.incoming(end.__name__)))
        assert await _told(link, handed) == tuple(told)


async def test_a_caller_that_never_acknowledges_is_given_up(
    impatient: RunningSwitch, edge: Phone, carrier: Phone
) -> None:
    carrier.acknowledges = False
    async with Desk(impatient.routers) as desk, impatient.link(*EVENTS) as link:
        await desk.open(0, 1)
        await link.wait_connected()
        uri = edge.behave("unacknowledged", Behaviour())
        handed = await Edge(link, carrier, impatient.sip, desk).hand_over(leg(uri))
        assert (await handed.final())[0] == 200
        assert await _told(link, handed) == ("keepline", "ack_missing")
        agent = await edge.incoming("unacknowledged")
        await asyncio.wait_for(agent.ended_by_peer.wait(), 20)
        await asyncio.wait_for(handed.call.ended_by_peer.wait(), 20)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (NOTHING, "MANDATORY_IE_MISSING"),
        (("application/sdp", "this describes nothing\r\n"), "MANDATORY_IE_MISSING"),
        (("application/sdp", SDP.replace("RTP/AVP 0", "RTP/AVP 18")), "INCOMPATIBLE_DESTINATION"),
    ],
    ids=["nothing", "unreadable", "another codec"],
)
async def test_our_own_offer_that_is_not_answered_ends_both_sides(
    impatient: RunningSwitch, edge: Phone, carrier: Phone, answer: Body, cause: str
) -> None:
    carrier.answers_offers = lambda _: answer
    async with Desk(impatient.routers) as desk, impatient.link(*EVENTS) as link:
        await desk.open(0, 1)
        await link.wait_connected()
        told = leg(edge.behave("unanswered", Behaviour()), kind="sip")
        handed = await Edge(link, carrier, impatient.sip, desk).hand_over(told, offer="")
        assert (await handed.final())[0] == 200
        assert await _told(link, handed) == ("keepline", cause)
        agent = await edge.incoming("unanswered")
        await asyncio.wait_for(agent.ended_by_peer.wait(), 5)
        await asyncio.wait_for(handed.call.ended_by_peer.wait(), 5)


async def test_a_caller_that_gives_up_before_the_answer_ended_it(
    impatient: RunningSwitch, edge: Phone, carrier: Phone
) -> None:
    async with Desk(impatient.routers) as desk, impatient.link(*EVENTS) as link:
        await desk.open(0, 1)
        await link.wait_connected()
        uri = edge.behave("given-up", Behaviour(None))
        handed = await Edge(link, carrier, impatient.sip, desk).hand_over(leg(uri))
        await edge.incoming("given-up")
        carrier.cancel(handed.call)
        assert await _told(link, handed) == ("caller", "ORIGINATOR_CANCEL")


async def _told(link: EslLink, handed: Handed) -> tuple[str, str]:
    """By the end, and the same by the ledger."""
    ended = happening_of(await handed.mine("CHANNEL_HANGUP_COMPLETE", 10), NOW)
    assert isinstance(ended, HungUp)
    kept = [one for one in await Ledger(link).read() if one.channel.call.call_id == handed.call_id]
    assert [(one.ended_by, one.cause) for one in kept] == [(ended.ended_by, ended.cause)]
    return ended.ended_by, ended.cause
