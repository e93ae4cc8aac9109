"""A journey as the text of one channel variable: msgpack, deflated, base64url without padding.

What is read was written by a router of ours, perhaps of another version: what does not fit is no journey,
and the call is decided anew.
"""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import msgspec

from call_router.domain.journey import Journey

# a plan with the longest names and URIs takes 2,500 (test_journey_text.py)
MAX_TEXT = 6_000
_MAX_BYTES = 64 * 1024
_VERSION = "1"


class Unreadable(ValueError):
    """This text is no journey."""


def journey_text(journey: Journey) -> str:
    """At most MAX_TEXT characters: what is too long loses its trace, which no router needs."""
    text = _text(journey)
    if len(text) > MAX_TEXT:
        text = _text(replace(journey, decision=replace(journey.decision, trace=())))
    if len(text) > MAX_TEXT:
        raise ValueError(f"a journey of {len(text)} characters")
    return text


def journey_of(text: str) -> Journey:
    """Raises Unreadable."""
    if not text.startswith(_VERSION) or len(text) > MAX_TEXT:
        raise Unreadable("neither of this version nor of a size that is written")
    try:
        packed = urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(packed, _MAX_BYTES)
        return msgspec.msgpack.decode(data, type=Journey)
    except (binascii.Error, ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise Unreadable(f"not a journey: {type(error).__name__}") from error


def _text(journey: Journey) -> str:
    packed = zlib.compress(msgspec.msgpack.encode(journey), 1)
    return _VERSION + urlsafe_b64encode(packed).rstrip(b"=").decode()
