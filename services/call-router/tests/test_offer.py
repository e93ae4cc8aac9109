"""An offer, read off a caller's channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.switch.offer import offer_of

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.1.1\r\ns=-\r\nc=IN IP4 127.0.1.1\r\nt=0 0\r\n"


@pytest.mark.parametrize(
    ("common", "media", "usable", "says"),
    [
        ("CORE_PCM_MODULE.PCMU@8000h@20i@64000b", "m=audio 4000 RTP/AVP 0", True, ""),
        ("t38,CORE_PCM_MODULE.PCMA@8000h@20i@64000b", "m=audio 4000 RTP/AVP 8", True, ""),
        ("", "", True, "The provider leaves the offer to us"),
        ("", "m=audio 4000 RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000", False, "offers G729 only"),
        ("", "m=audio 4000 RTP/AVP 9", False, "offers G722 only"),
        ("", "m=audio 4000 RTP/AVP 18 13 19", False, "offers G729 only"),
        ("", "m=audio 40000 RTP/AVP 18 101\r\na=rtpmap:18 G729/8000", False, "offers G729 only"),
        ("", "m=audio 4000 RTP/AVP 7 101 1010", False, "offers payload type 7 only"),
        ("", "m=audio 4000 RTP/AVP 13", False, "offers no audio"),
        ("", "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2", False, "offers opus only"),
        ("", "m=audio 4000 RTP/AVP 96", False, "offers payload type 96 only"),
        (
            "",
            "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 pcmu/8000",
            False,
            "offers pcmu as payload type 96 only",
        ),
        (
            "",
            "m=audio 4000 RTP/SAVP 0 101\r\na=crypto:1 x inline:y",
            False,
            "offers encrypted sound (SRTP) only",
        ),
        ("", "m=audio 4000 UDP/TLS/RTP/SAVPF 8", False, "offers encrypted sound (SRTP) only"),
        ("", "m=audio 4000 RTP/SAVP 18", False, "offers G729 only"),
        ("", "m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 18", False, "offers PCMU and G729 only"),
        # a payload type means what its own stream says of it
        (
            "",
            "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n"
            "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 H264/90000",
            False,
            "offers opus only",
        ),
        ("", "m=audio 0 RTP/AVP 0", False, "offers no audio"),
        ("", "m=audio 0/2 RTP/AVP 0", False, "offers no audio"),
        ("", "m=audio 4000 RTP/AVP", False, "offers no audio"),
        ("", "m=video 4000 RTP/AVP 97", False, "offers no audio"),
        ("t38", "m=image 4000 udptl t38", False, "offers no audio"),
    ],
)
def test_an_offer_is_read_with_what_it_names(common: str, media: str, usable: bool, says: str) -> None:
    sdp = OFFER + media + "\r\n" if media else ""
    offer = offer_of({"variable_ep_codec_string": common, "variable_switch_r_sdp": sdp})
    assert offer.usable == usable
    assert says in str(offer)


@pytest.mark.parametrize(
    ("ours", "common", "usable", "takes"),
    [
        ("PCMU,PCMA,G722,opus", "mod_spandsp.G722@8000h@20i@64000b", True, ""),
        ("PCMU,PCMA,G722,opus", "mod_opus.opus@48000h@20i@0b", True, ""),
        ("PCMU,PCMA,opus", "", False, "we take PCMU, PCMA and opus."),
        ("PCMU,PCMA", "", False, "we take PCMU and PCMA."),
        ("", "", False, "we take PCMU and PCMA."),
        ("PCMU", "", False, "we take PCMU."),
        ("PCMU,${x}", "", False, "we take PCMU and PCMA."),
    ],
)
def test_what_we_take_is_what_the_switch_has(ours: str, common: str, usable: bool, takes: str) -> None:
    sdp = OFFER + "m=audio 4000 RTP/AVP 18\r\n"
    channel = {"variable_ep_codec_string": common, "variable_switch_r_sdp": sdp}
    offer = offer_of({**channel, "variable_keepline_codecs": ours})
    assert offer.usable == usable
    assert usable or offer.against_ours == f"The provider offers G729 only, and {takes}"


def test_an_offer_of_encrypted_sound_is_told_apart_from_one_of_other_codecs() -> None:
    offer = offer_of({"variable_switch_r_sdp": OFFER + "m=audio 4000 RTP/SAVP 0 8\r\n"})
    says = "The provider offers encrypted sound (SRTP) only, and we take PCMU and PCMA, in the clear."
    assert offer.against_ours == says


@given(st.text(max_size=300))
def test_no_offer_breaks_the_reading(text: str) -> None:
    str(offer_of({"variable_switch_r_sdp": "v=0\nm=audio 9 RTP/AVP 96\n" + text}))


PLAIN = "m=audio 9 RTP/AVP 0"
SAVP = "m=audio 9 RTP/SAVP 0"
KEY = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{'k' * 40}"
NO_KEY, IPV6 = "encrypted sound without a usable key", "sound over IPv6"


@pytest.mark.parametrize(
    ("lines", "obstacle"),
    [
        (["c=IN IP4 192.0.2.1", PLAIN], ""),
        (["c=IN IP4 192.0.2.1", "m=audio 9 RTP/AVPF 0"], ""),
        ([SAVP], NO_KEY),
        ([SAVP, KEY], ""),
        ([SAVP, KEY + "|2^20|1:32"], ""),
        ([SAVP, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short"], NO_KEY),
        ([SAVP, "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + "k" * 40], NO_KEY),
        ([SAVP, "a=crypto:1 F8_128_HMAC_SHA1_80 inline:x", KEY.replace(":1", ":2", 1)], ""),
        ([SAVP, "a=crypto:1 AEAD_AES_256_GCM inline:" + "k" * 59 + "="], ""),
        ([SAVP, "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:" + "k" * 62 + "=="], ""),
        ([SAVP, "m=video 9 RTP/SAVP 96", KEY], NO_KEY),
        ([SAVP, PLAIN], ""),
        (["m=audio 0 RTP/AVP 0", SAVP], NO_KEY),
        (["m=audio 9 UDP/TLS/RTP/SAVPF 0"], NO_KEY),
        (["a=fingerprint:sha-256 AA", "m=audio 9 UDP/TLS/RTP/SAVPF 0"], ""),
        (["m=audio 9 UDP/TLS/RTP/SAVP 0", "a=fingerprint:sha-256 AA"], ""),
        (["c=IN IP6 2001:db8::1", PLAIN], IPV6),
        (["c=IN IP6 2001:db8::1", PLAIN, "c=IN IP4 192.0.2.1"], ""),
        (["c=IN IP4 192.0.2.1", PLAIN, "c=IN IP6 2001:db8::1"], IPV6),
        (["c=IN IP4 0.0.0.0", PLAIN], ""),
        (["c=IN IP4 sbc.example", PLAIN], ""),
        (["m=audio 9"], ""),
    ],
)
def test_an_offer_that_cannot_be_heard_is_not_usable(lines: list[str], obstacle: str) -> None:
    sdp = "\r\n".join(["v=0", *lines, ""])
    channel = {"variable_ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b"}
    offer = offer_of({**channel, "variable_switch_r_sdp": sdp})
    assert (offer.usable, offer.obstacle) == (not obstacle, obstacle)
    if obstacle == IPV6:
        has = {"variable_sip_local_network_addr": "2001:db8::5"}
        assert offer_of({**channel, **has, "variable_switch_r_sdp": sdp}).usable
