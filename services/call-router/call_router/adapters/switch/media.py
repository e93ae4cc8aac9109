"""Whether what an offer describes can be heard at all: its address, and the keys of what is encrypted.

FreeSWITCH looks at codecs alone before it answers: a call whose sound is encrypted without a usable key, or
goes to an address that the switch has none for, would be answered and silent.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

NO_KEY = "encrypted sound without a usable key"
IPV6 = "sound over IPv6"

# RFC 4568, 6.2; RFC 6188, 4; RFC 7714, 14.2: octets of key and salt
_OCTETS = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "AES_192_CM_HMAC_SHA1_80": 38,
    "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
    "AES_CM_256_HMAC_SHA1_80": 46,
    "AES_CM_256_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_128_GCM_8": 28,
    "AEAD_AES_256_GCM": 44,
    "AEAD_AES_256_GCM_8": 44,
}
_CRYPTO = re.compile(
    r"a=crypto:[0-9]{1,9} ([A-Z0-9_]{1,40}) inline:([A-Za-z0-9+/]{1,80})={0,2}(?![A-Za-z0-9+/=])"
)


def obstacle(lines: list[str], *, has_ipv6: bool) -> str:
    """ "" where one audio stream can be heard, or none is described."""
    session = list(takewhile(lambda line: not line.startswith("m="), lines))
    found = [_of_stream(session, stream, has_ipv6) for stream in _audio(lines[len(session) :])]
    return "" if "" in found or not found else found[0]


def _audio(lines: Iterable[str]) -> Iterator[list[str]]:
    """Those that are not switched off."""
    stream: list[str] = []
    for line in [*lines, "m="]:
        if line.startswith("m="):
            words = stream[0].split() if stream else []
            if words[:1] == ["m=audio"] and words[1:2] != ["0"]:
                yield stream
            stream = []
        stream.append(line)


def _of_stream(session: list[str], stream: list[str], has_ipv6: bool) -> str:
    address = next((line for line in [*stream, *session] if line.startswith("c=")), "")
    if address.startswith("c=IN IP6") and not has_ipv6:
        return IPV6
    profile = stream[0].split()[2:3]
    if not profile or "SAVP" not in profile[0]:
        return ""
    if any(line.startswith("a=fingerprint:") for line in [*session, *stream]):
        return ""
    return "" if any(map(_has_key, stream)) else NO_KEY


def _has_key(line: str) -> bool:
    found = _CRYPTO.match(line)
    # of unpadded base64: three octets in four characters
    return found is not None and len(found[2]) * 3 // 4 == _OCTETS.get(found[1])
