"""The caller's offer, read off its channel.

`ep_codec_string` is what the switch could speak of it, and `t38` for a fax that it would only pass on. It is
empty for an offer without a codec of ours and for a call without an offer alike, so the remote SDP itself
(`switch_r_sdp`) is looked at too. What the switch has at all it says by `keepline_codecs` (infra/freeswitch).
"""

import re
from collections.abc import Mapping

from call_router.domain.offer import LATE, PLAIN_CODECS, Offer

COMMON = "variable_ep_codec_string"
REMOTE_SDP = "variable_switch_r_sdp"
OURS = "variable_keepline_codecs"

# static payload types of audio (RFC 3551, 6)
_STATIC = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "15": "G728", "18": "G729"}
_RTPMAP = re.compile(r"a=rtpmap:([0-9]{1,3}) ([A-Za-z0-9.-]{1,16})/")
_NOT_SPEECH = {"telephone-event", "CN"}
_MOST_CODECS = 8
_MOST_LINES = 400
_A_NAME = re.compile(r"[A-Za-z0-9-]{1,16}")
# CORE_PCM_MODULE.PCMU@8000h@20i@64000b
_COMMON_NAME = re.compile(r"(?:^|,)(?:[A-Za-z0-9_]+\.)?([A-Za-z0-9-]+)")


def offer_of(headers: Mapping[str, str]) -> Offer:
    common, sdp = headers.get(COMMON, ""), headers.get(REMOTE_SDP, "")
    ours = _ours(headers.get(OURS, ""))
    spoken = {name.lower() for name in _COMMON_NAME.findall(common)}
    if spoken & {codec.lower() for codec in ours}:
        return Offer(usable=True)
    if not common and not sdp.strip():
        return LATE
    return Offer(usable=False, codecs=_codecs(sdp.splitlines()[:_MOST_LINES]), ours=ours)


def _ours(said: str) -> tuple[str, ...]:
    names = said.split(",")[:_MOST_CODECS]
    return tuple(names) if all(map(_A_NAME.fullmatch, names)) else PLAIN_CODECS


def _codecs(lines: list[str]) -> tuple[str, ...]:
    """Of the audio streams that are not switched off, by name, each once."""
    names = dict(_STATIC)
    offered: list[str] = []
    for line in lines:
        words = line.split()
        if line.startswith("m=audio ") and len(words) > 3 and words[1] != "0":  # noqa: PLR2004
            offered += words[3:]
        elif (mapped := _RTPMAP.match(line)) is not None:
            names[mapped[1]] = mapped[2]
    speech = [
        names.get(kind, f"payload type {kind[:3]}") for kind in offered if kind.isascii() and kind.isdigit()
    ]
    return tuple([name for name in dict.fromkeys(speech) if name not in _NOT_SPEECH][:_MOST_CODECS])
