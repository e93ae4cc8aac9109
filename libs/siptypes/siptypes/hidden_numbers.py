"""What stands in the place of a telephone number where it must not be told.

A keyed hash is the same for the same number, so that calls can still be counted and looked for by it, and
says nothing without the key. Where nobody has to look for it, the last two digits are left.
"""

import hmac
import re

KEY_BYTES = 32
"""At least; a number has so few digits that a hash without a key is guessed in seconds."""
_PREFIX, _HEX_DIGITS = "hmac-", 32
PATTERN = rf"^{_PREFIX}[0-9a-f]{{{_HEX_DIGITS}}}$"
"""Of such a hash, for schemas."""
_HASH = re.compile(PATTERN)
_HIDDEN = "**"
_LEFT = 2


class NumberHash:
    """`hmac-` and 32 hexadecimal digits: HMAC-SHA-256 of the number's text, cut to 128 bits."""

    def __init__(self, key: bytes) -> None:
        """Raises ValueError for a key that is too short."""
        if len(key) < KEY_BYTES:
            raise ValueError(f"the key has {len(key)} bytes, and at least {KEY_BYTES} are needed")
        self._key = key

    def __call__(self, number: str) -> str:
        """The hash of a hash is that hash; of "" it is ""."""
        if not number or _HASH.fullmatch(number):
            return number
        return _PREFIX + hmac.digest(self._key, number.encode(), "sha256").hex()[:_HEX_DIGITS]


def is_hash(text: str) -> bool:
    return _HASH.fullmatch(text) is not None


def last_digits(number: str) -> str:
    """ "**23"; of two characters or fewer nothing is left, and of "" it is ""."""
    if not number:
        return ""
    return _HIDDEN + (number[-_LEFT:] if len(number) > _LEFT else "")
