"""What the caller offers: nothing yet, something that nobody here speaks, or a codec of ours."""

import asyncio
import base64
import re

import pytest

from call_router.adapters.switch.offer import offer_of
from switchlink.testing.desk import Edge, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

CODECS = "variable_ep_codec_string"
OFFER = "variable_switch_r_sdp"
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
NOT_OURS = {
    "G.729": "m=audio 40000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n",
    "iLBC": "m=audio 40000 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n",
    "video": "m=video 40000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n",
    "PCMU as 96": "m=audio 40000 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000\r\n",
    "port 0": "m=audio 0 RTP/AVP 0\r\n",
    "fax": "m=image 40000 udptl t38\r\na=T38FaxVersion:0\r\n",
    "data": "m=application 40000 UDP/DTLS/SCTP webrtc-datachannel\r\n",
}


async def test_the_codecs_of_an_offer_that_are_ours_are_named(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(480, "no_agent"))
    await handed.final()
    (channel,) = calls.asked(handed)
    assert "PCMU" in channel[CODECS]
    assert channel[OFFER].startswith("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n")


@pytest.mark.parametrize("media", NOT_OURS)
async def test_an_offer_without_a_codec_of_ours_can_be_seen_and_refused_with_a_warning(
    calls: Edge, media: str
) -> None:
    offer = HEAD + NOT_OURS[media]
    handed = await calls.hand_over(refuse(488, "no_common_codec", warning="305"), offer=offer)
    assert await handed.final() == (488, "Refused (no_common_codec)")
    (channel,) = calls.asked(handed)
    # FreeSWITCH would pass a fax on
    assert channel.get(CODECS, "") in ("", "t38")
    assert channel[OFFER].startswith("v=0")
    assert handed.call.final.result().all("Warning") == ['305 keepline "no_common_codec"']


async def test_a_refusal_without_a_warning_has_none(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(488, "no_common_codec"))
    await handed.final()
    assert handed.call.final.result().all("Warning") == []


async def test_a_call_without_an_offer_is_answered_when_the_agent_is(calls: Edge, edge: Phone) -> None:
    uri = edge.behave("late", Behaviour(before_final_seconds=0.5))
    handed = await calls.hand_over(leg(uri, kind="sip"), offer="")
    agent = await edge.incoming("late")
    assert not handed.call.final.done()
    assert (await handed.final())[0] == 200
    assert [(one.status, one.body) for one in handed.call.provisional] == [(100, ""), (180, "")]
    (channel,) = calls.asked(handed)
    assert not channel.get(CODECS)
    assert OFFER not in channel
    assert "m=audio" in handed.call.remote_sdp
    await handed.mine("CHANNEL_ANSWER")
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 60),
        agent.rtp.send(agent.remote_sdp, 0x22, 60),
    )
    await agent.rtp.hears(0x11, 30)
    await handed.call.rtp.hears(0x22, 30)
    assert (await handed.hang_up())["Hangup-Cause"] == "NORMAL_CLEARING"


async def test_early_media_is_ringing_to_a_call_without_an_offer(calls: Edge, edge: Phone) -> None:
    early = Behaviour(rings=False, early=True, before_final_seconds=0.5)
    handed = await calls.hand_over(leg(edge.behave("late-early", early), kind="sip"), offer="")
    assert (await handed.final())[0] == 200
    assert [one.status for one in handed.call.provisional] == [100, 180]
    await handed.hang_up()


async def test_a_call_without_an_offer_is_refused_like_any_other(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"), offer="")
    assert await handed.final() == (404, "Refused (number_unknown)")


async def test_pictures_beside_sound_cost_no_call(calls: Edge, edge: Phone) -> None:
    """RFC 3264, 6: an answer has each stream of the offer; one that is not taken has port 0."""
    video = "m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    offer = HEAD + "m=audio 40000 RTP/AVP 0\r\n" + video
    handed = await calls.hand_over(leg(edge.behave("seen", Behaviour())), offer=offer)
    assert (await handed.final())[0] == 200
    sound, pictures = re.findall(r"^m=.*?\r?$", handed.call.remote_sdp, re.MULTILINE)
    assert sound.startswith("m=audio ")
    assert pictures.startswith("m=video 0 ")
    assert "m=video" not in (await edge.incoming("seen")).remote_sdp
    await handed.hang_up()


async def test_encrypted_sound_is_taken_where_the_switch_does_it(
    calls: Edge, switch: RunningSwitch, edge: Phone
) -> None:
    key = base64.b64encode(bytes(range(30))).decode()
    secured = f"m=audio 40000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n"
    handed = await calls.hand_over(leg(edge.behave("clear", Behaviour())), offer=HEAD + secured)
    status, _ = await handed.final()
    channel, *_ = calls.asked(handed)
    if switch.kind == "devswitch":
        assert (channel.get(CODECS, ""), offer_of(channel).encrypted) == ("", True)
        return
    assert status == 200
    assert "RTP/SAVP 0" in handed.call.remote_sdp
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in handed.call.remote_sdp
    # the agent's leg is in the clear
    assert "RTP/AVP " in (await edge.incoming("clear")).remote_sdp
    await handed.hang_up()
