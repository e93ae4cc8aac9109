"""An answer is a 200 of the agent and nothing else: announcements, late offers, codecs that we do not have.

Late offers, codecs, early media and refusals: the caller, the events and the record agree in every ending.
"""

import pytest

from harness.events import told
from harness.line import kept_number
from harness.world import World
from switchlink.testing.wire import SDP, Wire, request

ANSWERED_BY_THE_SECOND = "started routed leg_started leg_failed leg_started leg_ringing answered ended"


@pytest.mark.parametrize("status", [480, 503])
async def test_a_refusal_after_an_announcement_is_a_failed_leg(world: World, status: int) -> None:
    first = await world.phones.agent("agent_announces_and_refuses", words={"STATUS": str(status)})
    second = await world.phones.agent()
    line = await kept_number(world, first, second)
    outcome = await (await line.dial(hold=2.0)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.heard.clear
    record = await line.last_call()
    assert [leg["sip_status"] for leg in record["legs"]] == [status, 200]
    heard = (await told(world.kafka.bootstrap, record["id"])).replace("leg_ringing leg_failed", "leg_failed")
    assert heard.replace("early_media leg_failed", "leg_failed") == ANSWERED_BY_THE_SECOND


async def test_a_refusal_after_an_announcement_is_told_to_a_caller_with_nobody_else(world: World) -> None:
    busy = await world.phones.agent("agent_announces_and_refuses", words={"STATUS": "486"})
    line = await kept_number(world, busy)
    outcome = await line.refused(486)
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    assert (record["sip_status"], record["talk_ms"], "answered_at" in record) == (486, 0, False)
    assert "answered" not in await told(world.kafka.bootstrap, record["id"])


async def test_an_announcement_does_not_hold_up_the_ring_limit(world: World) -> None:
    announces = await world.phones.agent("agent_announces_forever")
    second = await world.phones.agent()
    line = await kept_number(world, announces, second, ring_seconds=3)
    outcome = await (await line.dial()).outcome()
    assert outcome.result.as_told, outcome
    assert (await announces.sipp.wait()).as_told
    record = await line.last_call()
    assert [leg["sip_status"] for leg in record["legs"]] == [408, 200]


async def test_who_gives_up_during_an_announcement_was_not_answered(world: World) -> None:
    announces = await world.phones.agent("agent_announces_forever")
    line = await kept_number(world, announces)
    outcome = await (await line.dial("caller_cancels", hold=0.5)).outcome()
    assert outcome.result.as_told, outcome
    assert (await announces.sipp.wait()).as_told
    record = await line.last_call()
    assert (record["sip_status"], record["talk_ms"], "answered_at" in record) == (487, 0, False)
    assert "answered" not in await told(world.kafka.bootstrap, record["id"])


async def test_a_call_without_an_offer_is_a_call(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await (await line.dial("caller_offers_late", hold=2.0)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.heard.clear, str(outcome.heard)
    assert agent.heard.clear, str(agent.heard)
    record = await line.last_call()
    assert (record["sip_status"], record["hangup_cause"]) == (200, "NORMAL_CLEARING")


async def test_no_agent_is_rung_for_an_offer_without_a_codec_of_ours(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await line.refused(488, media="18 101")
    assert outcome.result.as_told, outcome
    assert "codec_missing" in outcome.status
    assert 'warning 305 keepline "codec_missing"' in outcome.log
    assert agent.sipp.logged() == ""
    record = await line.last_call()
    assert record["sip_status"] == 488
    # FreeSWITCH may have more codecs than these
    assert record["decision"]["reason"].startswith("The provider offers G729 only, and we take PCMU")
    assert await told(world.kafka.bootstrap, record["id"]) == "started routed ended"


@pytest.mark.parametrize(
    ("was", "then", "reason"),
    [
        ("RTP/AVP", "RTP/SAVP", "The provider offers encrypted sound "),
        ("c=IN IP4 127.0.1.1", "c=IN IP6 2001:db8::1", "The provider offers sound over IPv6 only"),
    ],
)
async def test_no_agent_is_rung_for_sound_that_nobody_could_hear(
    world: World, was: str, then: str, reason: str
) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    provider = await Wire.open("127.0.1.1")
    sdp = SDP.replace("127.0.0.1", "127.0.1.1").replace(was, then)
    invite = request("INVITE", f"sip:{line.number}@{line.domain}", provider, body=sdp)
    provider.send(invite, (world.edge.public_host, world.edge.ports.public))
    refused = await provider.receive(488)
    provider.close()
    assert refused.start.endswith("(codec_missing)")
    assert refused.one("Warning").startswith("305 ")
    assert agent.sipp.logged() == ""
    assert (await line.last_call())["decision"]["reason"].startswith(reason)
