"""The caller's offer, read off its channel.

`ep_codec_string` is what the switch could speak of it, and `t38` for a fax that it would only pass on. It is
empty for an offer without a codec of ours and for a call without an offer alike, so the remote SDP itself
(`switch_r_sdp`) is looked at too. What the switch has at all it says by `keepline_codecs` (infra/freeswitch).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from call_router.adapters.switch.media import IPV6, obstacle
from call_router.adapters.switch.sound import Sound, described
from call_router.domain.offer import LATE, PLAIN_CODECS, Offer

COMMON = "variable_ep_codec_string"
REMOTE_SDP = "variable_switch_r_sdp"
OURS = "variable_keepline_codecs"
OWN_ADDRESS = "variable_sip_local_network_addr"

# static payload types of audio (RFC 3551, 6)
_STATIC = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "15": "G728", "18": "G729"}
# from here on a payload type means what its stream says of it (RFC 3551, 6)
_DYNAMIC = "096"
# comfort noise, by its number and by the one that was taken from it (RFC 3389, RFC 3551)
_NOISE = {"13": "CN", "19": "CN"}
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
    offer = described(sdp.splitlines()[:_MOST_LINES])
    codecs = _codecs(offer.sounds)
    # of the switch; devswitch, which has IPv4 alone, names none
    found = obstacle(offer, has_ipv6=":" in headers.get(OWN_ADDRESS, ""))
    if spoken & _lower(ours) or found == IPV6:
        return Offer(usable=not found, codecs=codecs, ours=ours, obstacle=found)
    if not common and not sdp.strip():
        return LATE
    encrypted = bool(_lower(codecs) & _lower(ours)) and all(sound.encrypted for sound in offer.sounds)
    return Offer(usable=False, codecs=codecs, ours=ours, encrypted=encrypted)


def _ours(said: str) -> tuple[str, ...]:
    names = said.split(",")[:_MOST_CODECS]
    return tuple(names) if all(map(_A_NAME.fullmatch, names)) else PLAIN_CODECS


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _codecs(sounds: Iterable[Sound]) -> tuple[str, ...]:
    """By name, each once."""
    offered = [name for sound in sounds for name in _speech(sound.formats, _NOISE | _STATIC | sound.names)]
    return tuple(dict.fromkeys(offered))[:_MOST_CODECS]


def _speech(formats: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    """A payload type of the dynamic ones that nothing is said of (telephone-event, most often) is named only
    where it stands alone."""
    numbers = [kind for kind in formats if kind.isascii() and kind.isdigit()]
    said = [kind for kind in numbers if kind in names or kind.zfill(3) < _DYNAMIC]
    return (name for name in (_named(kind, names) for kind in said or numbers) if name not in _NOT_SPEECH)


def _named(kind: str, names: Mapping[str, str]) -> str:
    """Switches know a codec of a static payload type by that type alone."""
    name = names.get(kind, "")
    static = name.upper() in _STATIC.values() and _STATIC.get(kind) != name.upper()
    return f"{name} as payload type {kind[:3]}" if static else name or f"payload type {kind[:3]}"
