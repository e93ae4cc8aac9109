"""Which codecs a switch takes: PCMU and PCMA always, G.722 and Opus where FreeSWITCH has their modules."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from call_router.adapters.switch.hand_overs import HandOvers
from call_router.adapters.switch.happenings import happening_of
from call_router.adapters.switch.ledger import Ledger
from call_router.domain.call_history import CallHistory
from call_router.domain.call_machine import advance
from call_router.domain.call_record import CallRecord, record_of
from call_router.domain.live_call import Happening
from switchlink.esl import EslEvent
from switchlink.handover import HandOverServer
from switchlink.testing.desk import Edge, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

PLAIN = "PCMU,PCMA"
OURS = "variable_keepline_codecs"
# name, as `show codec` has it, and an offer of it alone
WIDE = {
    "G722": ("G.722", 9, "m=audio {port} RTP/AVP 9 101\r\na=rtpmap:9 G722/8000\r\n"),
    "opus": ("OPUS", 111, "m=audio {port} RTP/AVP 111 101\r\na=rtpmap:111 opus/48000/2\r\n"),
}
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
EVENTS = "a=rtpmap:101 telephone-event/8000\r\n"


async def _loaded(calls: Edge) -> str:
    return await calls.link.api("show", "codec")


async def test_a_switch_says_what_it_has(calls: Edge, switch: RunningSwitch) -> None:
    handed = await calls.hand_over(refuse(480, "no_agent"))
    await handed.final()
    (channel,) = calls.asked(handed)
    if switch.kind == "devswitch":
        assert channel[OURS] == PLAIN
        return
    loaded = await _loaded(calls)
    here = [name for name, (shown, *_) in WIDE.items() if f"codec,{shown}" in loaded]
    assert channel[OURS] == ",".join([PLAIN, *here])


@pytest.mark.parametrize("codec", WIDE)
async def test_a_caller_of_another_codec_talks_to_an_agent_of_plain_ones(
    calls: Edge, switch: RunningSwitch, edge: Phone, codec: str
) -> None:
    shown, kind, media = WIDE[codec]
    offer = HEAD + media.format(port=40000) + EVENTS
    if switch.kind == "devswitch" or f"codec,{shown}" not in await _loaded(calls):
        handed = await calls.hand_over(refuse(488, "codec_missing", warning="305"), offer=offer)
        assert (await handed.final())[0] == 488
        (channel,) = calls.asked(handed)
        assert not channel.get("variable_ep_codec_string")
        return
    uri = edge.behave(f"plain-{codec}", Behaviour())
    handed = await calls.hand_over(leg(uri), offer=offer)
    assert (await handed.final())[0] == 200
    assert f"RTP/AVP {kind} 101" in handed.call.remote_sdp
    agent = await edge.incoming(f"plain-{codec}")
    assert f"RTP/AVP {kind} 0 8 " in agent.remote_sdp
    await handed.mine("CHANNEL_ANSWER")
    await handed.call.rtp.send(handed.call.remote_sdp, 0xF8, 60, kind)
    # 0xF8 begins 20 ms of Opus (RFC 6716, 3.1); what the agent hears is PCMU, whatever it sounds like
    assert agent.rtp.heard.total() >= 30
    assert (await handed.hang_up())["variable_read_codec"].lower() == codec.lower()


async def test_nothing_is_transcoded_that_need_not_be(
    calls: Edge, switch: RunningSwitch, edge: Phone
) -> None:
    """The caller prefers G.722, the agent has PCMU alone."""
    media = "m=audio 40000 RTP/AVP 9 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    handed = await calls.hand_over(leg(edge.behave("plain", Behaviour())), offer=HEAD + media + EVENTS)
    assert (await handed.final())[0] == 200
    assert "RTP/AVP 0 101" in handed.call.remote_sdp
    await handed.hang_up()


G722_AND_PCMU = "m=audio 40000 RTP/AVP 9 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
# the caller's media, and the codecs of its side and of the leg of an agent that has PCMU
SAID = {
    "PCMU": ("m=audio 40000 RTP/AVP 0 101\r\n", "PCMU", "PCMU"),
    "G722 or PCMU": (G722_AND_PCMU, "PCMU", "PCMU"),
    "G722": (WIDE["G722"][2].format(port=40000), "G722", "PCMU"),
    "opus": (WIDE["opus"][2].format(port=40000), "opus", "PCMU"),
}


@pytest.mark.parametrize("offered", SAID)
async def test_the_record_says_the_codec_of_either_side(
    lonely: Edge, switch: RunningSwitch, edge: Phone, router_for: Callable[[str], HandOvers], offered: str
) -> None:
    """By the end's event and, where nobody listened, by what the switch keeps of it."""
    media, codec, leg_codec = SAID[offered]
    if codec in WIDE and (
        switch.kind == "devswitch" or f"codec,{WIDE[codec][0]}" not in await _loaded(lonely)
    ):
        pytest.skip(f"this switch has no {codec}")
    router = router_for(edge.behave("either-side", Behaviour()))
    async with HandOverServer(router.decide, *switch.routers[0]):
        handed = await lonely.hand_over(offer=HEAD + media + EVENTS)
        assert (await handed.final())[0] == 200
        ended = await handed.hang_up()
    heard = happening_of(EslEvent(ended), datetime.now(UTC))
    (kept,) = [end for end in await Ledger(lonely.link).read() if end.channel.call.call_id == handed.call_id]
    assert heard is not None
    for record in (_record(heard), _record(kept)):
        assert record.media is not None
        assert (record.media.codec, record.media.leg_codec) == (codec, leg_codec)


def _record(end: Happening) -> CallRecord:
    return record_of(CallHistory.of(advance(None, end).events))
