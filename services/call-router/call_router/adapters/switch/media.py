"""Whether what an offer describes can be heard at all: its address, and the keys of what is encrypted.

FreeSWITCH looks at codecs alone before it answers: a call whose sound is encrypted without a usable key, or
goes to an address that the switch has none for, would be answered and silent.
"""

import re

from call_router.adapters.switch.sound import Described, Sound

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


def obstacle(offer: Described, *, has_ipv6: bool) -> str:
    """ "" where one audio stream can be heard, or none is described."""
    found = [_of_sound(offer.session, sound, has_ipv6) for sound in offer.sounds]
    return "" if "" in found or not found else found[0]


def _of_sound(session: tuple[str, ...], sound: Sound, has_ipv6: bool) -> str:
    address = next((line for line in [*sound.lines, *session] if line.startswith("c=")), "")
    if address.startswith("c=IN IP6") and not has_ipv6:
        return IPV6
    if not sound.encrypted or any(map(_has_key, sound.lines)):
        return ""
    by_certificate = any(line.startswith("a=fingerprint:") for line in [*session, *sound.lines])
    return "" if by_certificate else NO_KEY


def _has_key(line: str) -> bool:
    found = _CRYPTO.match(line)
    # of unpadded base64: three octets in four characters
    return found is not None and len(found[2]) * 3 // 4 == _OCTETS.get(found[1])
