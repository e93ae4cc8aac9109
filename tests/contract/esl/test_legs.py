"""A parked caller is sent to an agent; when the agent cannot, the router hears why and tries the next."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from switchlink.testing.parked import Parked
from switchlink.testing.sip_message import Header
from switchlink.testing.sip_phone import Behaviour, Phone


async def _hang_up(parked: Parked, carrier: Phone) -> None:
    carrier.hang_up(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")


async def test_an_agent_answers_and_both_hear_each_other(parked: Parked, edge: Phone, carrier: Phone) -> None:
    await parked.send_to(edge.behave("answers", Behaviour()))
    agent = await edge.incoming("answers")
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 200
    bridged = await parked.mine("CHANNEL_BRIDGE")
    assert bridged.headers.get("Other-Leg-Unique-ID") or bridged.headers.get("variable_signal_bond")
    await asyncio.gather(
        parked.call.rtp.send(parked.call.remote_sdp, 0x11, 40),
        agent.rtp.send(agent.remote_sdp, 0x22, 40),
    )
    assert agent.rtp.heard[0x11] >= 30
    assert parked.call.rtp.heard[0x22] >= 30
    await _hang_up(parked, carrier)
    await asyncio.wait_for(agent.ended_by_peer.wait(), 5)


async def test_ringing_is_passed_on_before_the_answer(parked: Parked, edge: Phone, carrier: Phone) -> None:
    await parked.send_to(edge.behave("rings-then-answers", Behaviour()))
    await asyncio.wait_for(parked.call.final, 5)
    assert 180 in [message.status for message in parked.call.provisional]
    await parked.mine("CHANNEL_ANSWER")
    await _hang_up(parked, carrier)


async def test_the_agent_gets_the_call_id_and_no_other_inner_header(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    uri = edge.behave("sees-headers", Behaviour())
    await parked.send_to(uri)
    agent = await edge.incoming("sees-headers")
    inner = {
        name.lower(): value for name, value in agent.invite.headers if name.lower().startswith("x-keepline")
    }
    assert inner == {"x-keepline-call-id": parked.call_id}
    assert agent.invite.uri == uri
    assert not agent.invite.all("Remote-Party-ID")
    assert "4930111" in agent.invite.one("From")
    await asyncio.wait_for(parked.call.final, 5)
    await _hang_up(parked, carrier)


async def test_the_end_of_a_call_is_told_with_its_figures(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    await parked.send_to(edge.behave("figures", Behaviour()))
    agent = await edge.incoming("figures")
    await asyncio.wait_for(parked.call.final, 5)
    await asyncio.gather(
        parked.call.rtp.send(parked.call.remote_sdp, 0x11, 60),
        agent.rtp.send(agent.remote_sdp, 0x22, 60),
    )
    carrier.hang_up(parked.call)
    ended = (await parked.mine("CHANNEL_HANGUP_COMPLETE")).headers
    leg = (await parked.of_the_leg("CHANNEL_HANGUP_COMPLETE")).headers
    assert ended["Hangup-Cause"] == ended["variable_hangup_cause"] == "NORMAL_CLEARING"
    assert ended["variable_sip_hangup_disposition"] == "recv_bye"
    assert leg["variable_sip_hangup_disposition"] == "send_bye"
    assert int(ended["variable_billsec"]) >= 1
    start, answered, end = (int(ended[f"variable_{name}_uepoch"]) for name in ("start", "answer", "end"))
    assert start < answered < end
    assert ended["variable_read_codec"] == "PCMU"
    for side in (ended, leg):
        assert int(side["variable_rtp_audio_in_packet_count"]) >= 50
        assert int(side["variable_rtp_audio_out_packet_count"]) >= 50
        assert int(side["variable_rtp_audio_in_skip_packet_count"]) >= 0
        assert float(side["variable_rtp_audio_in_jitter_max_variance"]) >= 0


async def test_an_agent_who_hangs_up_ends_the_call(parked: Parked, edge: Phone) -> None:
    await parked.send_to(edge.behave("hangs-up", Behaviour()))
    agent = await edge.incoming("hangs-up")
    await asyncio.wait_for(parked.call.final, 5)
    await parked.mine("CHANNEL_BRIDGE")
    edge.hang_up(agent)
    await asyncio.wait_for(parked.call.ended_by_peer.wait(), 5)
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["Hangup-Cause"] == "NORMAL_CLEARING"
    assert ended.headers["variable_sip_hangup_disposition"] == "send_bye"


@dataclass(frozen=True, slots=True)
class Failure:
    name: str
    behaviour: Behaviour
    disposition: str
    sip: str | None
    ring_seconds: int = 20
    headers: Mapping[str, str] = field(default_factory=dict)


def _challenge(realm: str) -> tuple[Header, ...]:
    return (("Proxy-Authenticate", f'Digest realm="{realm}", nonce="abc", algorithm=MD5, qop="auth"'),)


FAILURES = [
    Failure("busy", Behaviour(486, "Busy Here"), "USER_BUSY", "sip:486"),
    Failure("unavailable", Behaviour(503, "Service Unavailable"), "NORMAL_TEMPORARY_FAILURE", "sip:503"),
    Failure("not-found", Behaviour(404, "Not Found", rings=False), "UNALLOCATED_NUMBER", "sip:404"),
    Failure("away", Behaviour(480, "Temporarily Unavailable"), "NO_USER_RESPONSE", "sip:480"),
    Failure("gone-at-the-edge", Behaviour(408, "Request Timeout"), "RECOVERY_ON_TIMER_EXPIRE", "sip:408"),
    Failure("broken", Behaviour(500, "Server Internal Error"), "NORMAL_TEMPORARY_FAILURE", "sip:500"),
    Failure("declines", Behaviour(603, "Decline"), "CALL_REJECTED", "sip:603"),
    Failure("rings-for-ever", Behaviour(None), "ALLOTTED_TIMEOUT", None, ring_seconds=2),
    Failure("silent", Behaviour(silent=True), "ALLOTTED_TIMEOUT", None, ring_seconds=2),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
async def test_a_failed_leg_parks_the_caller_again_with_the_reason(
    failure: Failure, parked: Parked, edge: Phone, carrier: Phone
) -> None:
    await parked.send_to(edge.behave(failure.name, failure.behaviour), failure.ring_seconds)
    again = await parked.mine("CHANNEL_PARK", failure.ring_seconds + 5)
    assert again.headers["variable_originate_disposition"] == failure.disposition
    assert again.headers.get("variable_last_bridge_proto_specific_hangup_cause") == failure.sip
    assert not parked.call.final.done()
    carrier.cancel(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")


async def test_a_second_failure_does_not_carry_the_reason_of_the_first(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    await parked.send_to(edge.behave("busy-at-first", Behaviour(486, "Busy Here")))
    first = await parked.mine("CHANNEL_PARK")
    assert first.headers["variable_last_bridge_proto_specific_hangup_cause"] == "sip:486"
    await parked.send_to(edge.behave("then-nobody", Behaviour(None)), 1)
    second = await parked.mine("CHANNEL_PARK")
    assert second.headers["variable_originate_disposition"] == "ALLOTTED_TIMEOUT"
    assert "variable_last_bridge_proto_specific_hangup_cause" not in second.headers
    carrier.cancel(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")


async def test_the_second_leg_answers_after_the_first_was_busy(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    await parked.send_to(edge.behave("first-is-busy", Behaviour(486, "Busy Here")))
    await parked.mine("CHANNEL_PARK")
    await parked.send_to(edge.behave("second-answers", Behaviour()))
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 200
    await parked.mine("CHANNEL_BRIDGE")
    await _hang_up(parked, carrier)


async def test_a_failed_leg_and_a_router_that_died_cost_a_503(parked: Parked, edge: Phone) -> None:
    await parked.send_to(edge.behave("busy-then-nobody", Behaviour(486, "Busy Here")))
    await parked.mine("CHANNEL_PARK")
    assert (await asyncio.wait_for(parked.call.final, 10)).status == 503


async def test_a_caller_who_gives_up_while_it_rings_cancels_the_agent(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    await parked.send_to(edge.behave("cancelled", Behaviour(None)))
    agent = await edge.incoming("cancelled")
    carrier.cancel(parked.call)
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 487
    await asyncio.wait_for(agent.cancelled.wait(), 5)
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["Hangup-Cause"] == "ORIGINATOR_CANCEL"


async def test_a_redirection_is_a_failure_and_is_not_followed(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    elsewhere = edge.behave("elsewhere", Behaviour())
    moved = Behaviour(302, "Moved Temporarily", headers=(("Contact", f"<{elsewhere}>"),))
    await parked.send_to(edge.behave("moved", moved))
    again = await parked.mine("CHANNEL_PARK")
    assert again.headers["variable_originate_disposition"] != "SUCCESS"
    assert edge.invites_for("elsewhere") == []
    carrier.cancel(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")


async def test_a_strangers_challenge_gets_no_credentials_worth_having(
    parked: Parked, edge: Phone, carrier: Phone
) -> None:
    challenge = Behaviour(
        407, "Proxy Authentication Required", rings=False, headers=_challenge("carrier.example")
    )
    await parked.send_to(edge.behave("challenges", challenge))
    await parked.mine("CHANNEL_PARK")
    answers = [
        value for invite in edge.invites_for("challenges") for value in invite.all("Proxy-Authorization")
    ]
    assert all('username="none"' in value for value in answers)
    carrier.cancel(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")
