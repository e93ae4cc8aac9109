"""A place in a topic that means the same at every replica: the offset that comes next in each partition.

Written as `<feed>.<base64url of the offsets as LEB128>`. Replicas read the partitions in different orders, so
one offset alone would not say what a reader has had.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

MAX_TEXT = 2048
_MAX_PARTITIONS = 512
_MAX_OFFSET = 1 << 62
_FORM = re.compile(r"[a-z]{1,16}\.[A-Za-z0-9_-]{1,2000}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """offsets: by partition, from 0 on."""

    offsets: tuple[int, ...]

    def text(self, feed: str) -> str:
        written = bytearray()
        for offset in self.offsets:
            _write(offset, written)
        return f"{feed}.{base64.urlsafe_b64encode(written).decode().rstrip('=')}"

    @classmethod
    def read(cls, feed: str, text: str) -> Self | None:
        """None: this feed gave no such text."""
        if len(text) > MAX_TEXT or not _FORM.fullmatch(text) or not text.startswith(f"{feed}."):
            return None
        try:
            coded = text.removeprefix(f"{feed}.")
            offsets = _read(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
        except (binascii.Error, ValueError):
            return None
        return cls(tuple(offsets))


def _write(number: int, into: bytearray) -> None:
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        into.append(number & 0x7F | 0x80)
        number >>= 7
    into.append(number)


def _read(written: bytes) -> Sequence[int]:
    """Raises ValueError."""
    offsets, number, shift = list[int](), 0, 0
    for byte in written:
        number |= (byte & 0x7F) << shift
        shift += 7
        if number > _MAX_OFFSET or shift > 70:  # noqa: PLR2004 - ten bytes hold 64 bits
            raise ValueError("an offset that no partition reaches")
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            offsets.append(number)
            number = shift = 0
    if shift or not 0 < len(offsets) <= _MAX_PARTITIONS:
        raise ValueError("cut off")
    return offsets
