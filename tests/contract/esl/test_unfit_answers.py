"""What a leg says of its media and cannot be used: the caller goes on, and the leg hears that it is over."""

import asyncio

import pytest

from call_router.adapters.switch.channel import failure_of
from call_router.domain.next_step import leg_status
from switchlink.testing.desk import Edge, Handed, leg, refuse
from switchlink.testing.sip_message import NOTHING, Body
from switchlink.testing.sip_phone import Behaviour, Call, Describe, Phone

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
ISUP = "Content-Type: application/isup\r\n\r\n12"
KINDS = ("human", "sip")


def sdp(text: str) -> Describe:
    return lambda _: ("application/sdp", text)


def nothing(_own: str) -> Body:
    return NOTHING


def words(_own: str) -> Body:
    return "text/plain", "hello"


def no_address(own: str) -> Body:
    return "application/sdp", own.replace("c=IN IP4 127.0.0.1\r\n", "")


def parts(*texts: str) -> Describe:
    def describe(own: str) -> Body:
        told = [f"Content-Type: application/sdp\r\n\r\n{own}" if text == "SDP" else text for text in texts]
        return "multipart/mixed;boundary=b", "".join(f"--b\r\n{part}\r\n" for part in told) + "--b--\r\n"

    return describe


NO_CODEC = sdp(HEAD + "m=audio 40000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n")
NO_PORT = sdp(HEAD + "m=audio 0 RTP/AVP 0\r\n")
NO_SOUND = sdp(HEAD + "m=video 40000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n")
UNREADABLE = sdp("this describes nothing\r\n")
SIP = "variable_last_bridge_proto_specific_hangup_cause"
# what a router reads: codecs and ports are the switch's own refusal; the rest is its SIP stack's, which ends
# a leg with a status of its own making
UNFIT, UNREAD, UNHEARD = (None, 488), ("sip:200", 488), ("sip:500", 500)
Read = tuple[str | None, int]

FAILING: dict[str, tuple[Behaviour, Read]] = {
    "no codec of ours": (Behaviour(rings=False, describes=NO_CODEC), UNFIT),
    "port 0": (Behaviour(rings=False, describes=NO_PORT), UNFIT),
    "pictures alone": (Behaviour(rings=False, describes=NO_SOUND), UNFIT),
    "no SDP by its words": (Behaviour(rings=False, describes=UNREADABLE), UNREAD),
    "no address": (Behaviour(rings=False, describes=no_address), UNREAD),
    "no body": (Behaviour(rings=False, describes=nothing), UNHEARD),
    "another body": (Behaviour(rings=False, describes=words), UNHEARD),
    # which never comes from our edge: it passes on the SDP alone
    "SDP among parts": (Behaviour(rings=False, describes=parts("SDP", ISUP)), UNHEARD),
    "parts without SDP": (Behaviour(rings=False, describes=parts(ISUP)), UNHEARD),
    "no SDP by its words after a 183": (Behaviour(rings=False, early=True, describes=UNREADABLE), UNREAD),
}


async def _fails(calls: Edge, edge: Phone, behaviour: Behaviour, kind: str, read: Read) -> Call:
    """The caller goes on at once, as the plan says. The leg that failed."""
    user = f"unfit-{kind}"
    handed = await calls.hand_over(leg(edge.behave(user, behaviour), kind=kind), refuse(480, "no_agent"))
    assert await handed.final() == (480, "Refused (no_agent)")
    again = calls.asked(handed)[1]
    failure = failure_of(again)
    assert (again.get(SIP), leg_status(failure.sip_status, failure.cause)) == read
    assert again["variable_keepline_failed_leg"] == "0"
    assert "variable_keepline_leg_answered" not in again
    return await edge.incoming(user)


def _told(edge: Phone, agent: Call) -> list[str]:
    call_id = agent.invite.one("Call-ID")
    return [one.method for one in edge.requests if one.one("Call-ID") == call_id][1:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", FAILING)
async def test_an_answer_that_cannot_be_used_is_a_failed_leg(
    calls: Edge, edge: Phone, answer: str, kind: str
) -> None:
    behaviour, read = FAILING[answer]
    agent = await _fails(calls, edge, behaviour, kind, read)
    await asyncio.wait_for(agent.ended_by_peer.wait(), 20)
    assert _told(edge, agent) == ["ACK", "BYE"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("describes", "read"),
    [(NO_CODEC, UNFIT), (NO_PORT, UNFIT), (UNREADABLE, ("sip:180", 488))],
    ids=["no codec of ours", "port 0", "no SDP by its words"],
)
async def test_early_media_that_cannot_be_used_is_a_failed_leg(
    calls: Edge, edge: Phone, describes: Describe, read: Read, kind: str
) -> None:
    """Whatever the leg would have said then."""
    early = Behaviour(None, rings=False, early=True, describes_early=describes)
    agent = await _fails(calls, edge, early, kind, read)
    await asyncio.wait_for(agent.cancelled.wait(), 20)


STANDS = {"no codec of ours": NO_CODEC, "no body": nothing, "SDP among parts": parts(ISUP, "SDP")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", STANDS)
async def test_the_first_description_of_a_leg_stands(
    calls: Edge, edge: Phone, answer: str, kind: str
) -> None:
    """RFC 3261, 13.2.1: what a 200 says after a 183 with SDP is passed over."""
    user = f"described-{kind}"
    behaviour = Behaviour(rings=False, early=True, describes=STANDS[answer])
    handed = await calls.hand_over(leg(edge.behave(user, behaviour), kind=kind))
    assert (await handed.final())[0] == 200
    await _talk(handed, await edge.incoming(user))
    await handed.hang_up()


@pytest.mark.parametrize("describes", [nothing, parts("SDP", ISUP)], ids=["no body", "parts"])
async def test_a_183_without_sdp_is_ringing(calls: Edge, edge: Phone, describes: Describe) -> None:
    behaviour = Behaviour(rings=False, early=True, describes_early=describes)
    handed = await calls.hand_over(leg(edge.behave("rings-by-183", behaviour)))
    assert (await handed.final())[0] == 200
    assert [(one.status, one.body) for one in handed.call.provisional[1:]] == [(180, "")]
    assert (await handed.hang_up())["variable_keepline_leg_rang"].startswith("0:")


LATE: dict[str, tuple[Behaviour, Read | None]] = {
    "its 183 is passed over": (Behaviour(early=True, describes_early=NO_CODEC), None),
    "its 200 counts": (Behaviour(early=True, describes=NO_CODEC), UNFIT),
    "its 200 says nothing": (Behaviour(describes=nothing), UNHEARD),
    "its 200 says nothing more": (Behaviour(early=True, describes=nothing), None),
}


@pytest.mark.parametrize("answer", LATE)
async def test_a_leg_of_a_call_without_an_offer_is_judged_by_its_answer(
    calls: Edge, edge: Phone, answer: str
) -> None:
    behaviour, read = LATE[answer]
    told = leg(edge.behave("of-no-offer", behaviour), kind="sip"), refuse(480, "no_agent")
    handed = await calls.hand_over(*told, offer="")
    assert (await handed.final())[0] == (480 if read else 200)
    agent = await edge.incoming("of-no-offer")
    if read:
        assert calls.asked(handed)[1].get(SIP) == read[0]
        await asyncio.wait_for(agent.ended_by_peer.wait(), 20)
        return
    await handed.mine("CHANNEL_ANSWER")
    await _talk(handed, agent)
    await handed.hang_up()


async def _talk(handed: Handed, agent: Call) -> None:
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 10),
        agent.rtp.send(agent.remote_sdp, 0x22, 10),
    )
    await agent.rtp.hears(0x11, 3)
    await handed.call.rtp.hears(0x22, 3)
