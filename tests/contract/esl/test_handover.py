"""A call asks the routers of the list, and what one of them writes on the channel is done."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from switchlink.esl import EslLink
from switchlink.testing.desk import Desk, Handed, hand_over, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_OUTGOING",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP_COMPLETE",
    "CUSTOM",
    "keepline::decided",
    "keepline::leg_failed",
)


@pytest.fixture
async def watching(asking: RunningSwitch) -> AsyncIterator[EslLink]:
    async with asking.link(*EVENTS) as link:
        await link.wait_connected()
        yield link


@pytest.fixture
async def desk(asking: RunningSwitch) -> AsyncIterator[Desk]:
    async with Desk(asking.routers) as both:
        yield both


async def _hang_up(handed: Handed, carrier: Phone) -> None:
    carrier.hang_up(handed.call)
    await handed.mine("CHANNEL_HANGUP_COMPLETE")


async def test_the_router_sees_the_channel_and_the_agent_answers(
    watching: EslLink, asking: RunningSwitch, desk: Desk, edge: Phone, carrier: Phone
) -> None:
    uri = edge.behave("answers", Behaviour())
    told = leg(uri, decision="eyJhIjoxfQ", router="r-1", decided_at="1764000000000000")
    handed = await hand_over(watching, carrier, asking.sip, desk, told)
    agent = await edge.incoming("answers")
    assert (await handed.final())[0] == 200
    (channel,) = desk.asked[handed.call_id]
    assert channel["variable_sip_h_X-Keepline-Tenant"] == "t_demo"
    assert channel["variable_sip_h_X-Keepline-Trunk"] == "trk_1"
    assert channel["variable_sip_h_X-Keepline-Source"] == "127.0.1.5:5060"
    assert channel["variable_sip_req_user"] == "+4930123456"
    assert channel["variable_keepline_call_id"] == handed.call_id
    assert channel["variable_keepline_attempt"] == "1"
    assert channel["variable_ep_codec_string"]
    assert channel["variable_switch_r_sdp"].startswith("v=0")
    decided = (await handed.mine("keepline::decided")).headers
    assert decided["variable_keepline_decision"] == "eyJhIjoxfQ"
    assert decided["variable_keepline_leg_uri"] == uri
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 40),
        agent.rtp.send(agent.remote_sdp, 0x22, 40),
    )
    assert agent.rtp.heard[0x11] >= 30
    assert handed.call.rtp.heard[0x22] >= 30
    await _hang_up(handed, carrier)
    await asyncio.wait_for(agent.ended_by_peer.wait(), 5)


async def test_a_refusal_is_told_and_done(
    watching: EslLink, asking: RunningSwitch, desk: Desk, carrier: Phone
) -> None:
    handed = await hand_over(watching, carrier, asking.sip, desk, refuse(404, "number_unknown"))
    assert await handed.final() == (404, "Refused (number_unknown)")
    decided = (await handed.mine("keepline::decided")).headers
    assert decided["variable_keepline_do"] == "refuse"
    assert decided["variable_keepline_refuse_code"] == "number_unknown"
