"""A leg that fails hands the call over again: the next router reads why, and what follows is told."""

import asyncio
from dataclasses import dataclass

import pytest

from switchlink.testing.desk import Edge, leg, refuse
from switchlink.testing.sip_message import Header
from switchlink.testing.sip_phone import Behaviour, Phone

DISPOSITION = "variable_originate_disposition"
SIP = "variable_last_bridge_proto_specific_hangup_cause"


@dataclass(frozen=True, slots=True)
class Failure:
    name: str
    behaviour: Behaviour
    disposition: str
    sip: str | None
    ring_seconds: int = 20
    kind: str = "human"


FAILURES = [
    Failure("busy", Behaviour(486, "Busy Here"), "USER_BUSY", "sip:486"),
    Failure("unavailable", Behaviour(503, "Service Unavailable"), "NORMAL_TEMPORARY_FAILURE", "sip:503"),
    Failure("not-found", Behaviour(404, "Not Found", rings=False), "UNALLOCATED_NUMBER", "sip:404"),
    Failure("away", Behaviour(480, "Temporarily Unavailable"), "NO_USER_RESPONSE", "sip:480"),
    Failure("gone-at-the-edge", Behaviour(408, "Request Timeout"), "RECOVERY_ON_TIMER_EXPIRE", "sip:408"),
    Failure("broken", Behaviour(500, "Server Internal Error"), "NORMAL_TEMPORARY_FAILURE", "sip:500"),
    Failure("declines", Behaviour(603, "Decline"), "CALL_REJECTED", "sip:603"),
    Failure("rings-for-ever", Behaviour(None), "ALLOTTED_TIMEOUT", None, ring_seconds=1),
    Failure("busy-agent", Behaviour(486, "Busy Here"), "USER_BUSY", "sip:486", kind="sip"),
    Failure("silent-agent", Behaviour(silent=True), "ALLOTTED_TIMEOUT", None, ring_seconds=1, kind="sip"),
    Failure("silent", Behaviour(silent=True), "ALLOTTED_TIMEOUT", None, ring_seconds=1),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
async def test_a_failed_leg_is_handed_over_again_with_the_reason(
    failure: Failure, calls: Edge, edge: Phone
) -> None:
    uri = edge.behave(failure.name, failure.behaviour)
    told = leg(uri, ring_seconds=failure.ring_seconds, kind=failure.kind)
    handed = await calls.hand_over(told, refuse(480, "no_agent"))
    assert await handed.final() == (480, "Refused (no_agent)")
    again = calls.asked(handed)[1]
    assert again[DISPOSITION] == failure.disposition
    assert again.get(SIP) == failure.sip
    assert again["variable_keepline_failed_leg"] == "0"
    assert "variable_keepline_do" not in again


async def test_what_follows_a_failed_leg_is_told_with_the_reason(calls: Edge, edge: Phone) -> None:
    busy = edge.behave("busy-at-first", Behaviour(486, "Busy Here"))
    answers = edge.behave("answers-then", Behaviour())
    handed = await calls.hand_over(leg(busy, decision="first"), leg(answers, index=1, decision="second"))
    assert (await handed.final())[0] == 200
    decided = (await handed.mine("keepline::decided")).headers
    assert decided["variable_keepline_leg"] == "0"
    failed = (await handed.mine("keepline::leg_failed")).headers
    assert failed["variable_keepline_failed_leg"] == "0"
    assert failed[DISPOSITION] == "USER_BUSY"
    assert failed[SIP] == "sip:486"
    assert failed["variable_keepline_do"] == "leg"
    assert failed["variable_keepline_leg"] == "1"
    assert failed["variable_keepline_decision"] == "second"
    await handed.hang_up()
    assert not [e for e in handed.log.events if e.subclass == "keepline::decided"]


async def test_a_second_failure_does_not_carry_the_reason_of_the_first(calls: Edge, edge: Phone) -> None:
    busy = edge.behave("busy-at-first", Behaviour(486, "Busy Here"))
    nobody = edge.behave("then-nobody", Behaviour(None))
    handed = await calls.hand_over(leg(busy), leg(nobody, index=1, ring_seconds=1), refuse(480, "no_agent"))
    assert (await handed.final())[0] == 480
    first, second = calls.asked(handed)[1:]
    assert (first[SIP], first["variable_keepline_failed_leg"]) == ("sip:486", "0")
    assert second["variable_keepline_failed_leg"] == "1"
    assert second[DISPOSITION] == "ALLOTTED_TIMEOUT"
    assert SIP not in second


async def test_a_failed_leg_and_routers_that_say_nothing_cost_a_503(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("busy", Behaviour(486, "Busy Here"))))
    assert await handed.final() == (503, "Refused (no_router)")
    failed = (await handed.mine("keepline::leg_failed")).headers
    assert failed[SIP] == "sip:486"
    assert "variable_keepline_do" not in failed
    assert not [e for e in handed.log.events if e.subclass == "keepline::leg_failed"]


async def test_a_caller_who_gives_up_while_it_rings_cancels_the_agent(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("cancelled", Behaviour(None))))
    agent = await edge.incoming("cancelled")
    ended = await handed.hang_up()
    assert (await handed.final())[0] == 487
    await asyncio.wait_for(agent.cancelled.wait(), 20)
    assert ended["Hangup-Cause"] == "ORIGINATOR_CANCEL"
    assert len(calls.asked(handed)) == 1


async def test_a_redirection_is_a_failure_and_is_not_followed(calls: Edge, edge: Phone) -> None:
    elsewhere = edge.behave("elsewhere", Behaviour())
    moved = Behaviour(302, "Moved Temporarily", headers=(("Contact", f"<{elsewhere}>"),))
    handed = await calls.hand_over(leg(edge.behave("moved", moved)), refuse(480, "no_agent"))
    assert (await handed.final())[0] == 480
    assert calls.asked(handed)[1][DISPOSITION] != "SUCCESS"
    assert edge.invites_for("elsewhere") == []


def _challenge(realm: str) -> tuple[Header, ...]:
    return (("Proxy-Authenticate", f'Digest realm="{realm}", nonce="abc", algorithm=MD5, qop="auth"'),)


async def test_a_strangers_challenge_gets_no_credentials_worth_having(calls: Edge, edge: Phone) -> None:
    asks = Behaviour(407, "Proxy Authentication Required", rings=False, headers=_challenge("carrier.example"))
    handed = await calls.hand_over(leg(edge.behave("challenges", asks)), refuse(480, "no_agent"))
    assert (await handed.final())[0] == 480
    answers = [
        value for invite in edge.invites_for("challenges") for value in invite.all("Proxy-Authorization")
    ]
    assert all('username="none"' in value for value in answers)


async def test_the_agent_gets_the_call_id_and_no_other_inner_header(calls: Edge, edge: Phone) -> None:
    uri = edge.behave("sees-headers", Behaviour())
    handed = await calls.hand_over(leg(uri))
    agent = await edge.incoming("sees-headers")
    inner = {
        name.lower(): value for name, value in agent.invite.headers if name.lower().startswith("x-keepline")
    }
    assert inner == {"x-keepline-call-id": handed.call_id}
    assert agent.invite.uri == uri
    assert not agent.invite.all("Remote-Party-ID")
    assert "4930111" in agent.invite.one("From")
    await handed.final()
    await handed.hang_up()


async def test_the_end_of_a_call_is_told_with_its_figures(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("figures", Behaviour())))
    agent = await edge.incoming("figures")
    await handed.final()
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 60),
        agent.rtp.send(agent.remote_sdp, 0x22, 60),
    )
    await asyncio.gather(agent.rtp.hears(0x11, 50), handed.call.rtp.hears(0x22, 50))
    ended = await handed.hang_up()
    far = (await handed.of_the_leg("CHANNEL_HANGUP_COMPLETE")).headers
    assert ended["Hangup-Cause"] == ended["variable_hangup_cause"] == "NORMAL_CLEARING"
    assert ended["variable_sip_hangup_disposition"] == "recv_bye"
    assert far["variable_sip_hangup_disposition"] == "send_bye"
    assert int(ended["variable_billsec"]) >= 1
    start, answered, end = (int(ended[f"variable_{name}_uepoch"]) for name in ("start", "answer", "end"))
    assert start < answered < end
    assert ended["variable_read_codec"] == "PCMU"
    for side in (ended, far):
        assert int(side["variable_rtp_audio_in_packet_count"]) >= 50
        assert int(side["variable_rtp_audio_out_packet_count"]) >= 50
        assert int(side["variable_rtp_audio_in_skip_packet_count"]) >= 0
        assert float(side["variable_rtp_audio_in_jitter_max_variance"]) >= 0


async def test_an_agent_who_hangs_up_ends_the_call(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("hangs-up", Behaviour())))
    agent = await edge.incoming("hangs-up")
    await handed.final()
    edge.hang_up(agent)
    await asyncio.wait_for(handed.call.ended_by_peer.wait(), 20)
    ended = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
    assert ended["Hangup-Cause"] == "NORMAL_CLEARING"
    assert ended["variable_sip_hangup_disposition"] == "send_bye"
    assert len(calls.asked(handed)) == 1
