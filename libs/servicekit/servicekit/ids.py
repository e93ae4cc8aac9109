"""Names for stored things: a prefix that says what it is and a ULID that sorts by creation.

Ids made one after the other in this process sort in that order, also within one millisecond.
"""

import hashlib
import os
import re
import threading
import time
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_RANDOM_BITS = 80


class _Ulids:
    """48 bits of milliseconds, then 80 bits of chance that count up while the millisecond lasts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | int.from_bytes(os.urandom(10), "big")
            # within one millisecond, and when the clock steps back, count on from the last one
            self._last = fresh if fresh >> _RANDOM_BITS > self._last >> _RANDOM_BITS else self._last + 1
            return self._last


_ulids = _Ulids()


def is_id(text: str, prefix: str) -> bool:
    """Whether `new_id(prefix)` could have made it."""
    return re.fullmatch(rf"{re.escape(prefix)}_[{_ALPHABET}]{{26}}", text) is not None


def new_id(prefix: str) -> str:
    return _written(prefix, _ulids.next())


def id_of(prefix: str, at: datetime, what: str) -> str:
    """The same for the same `what` at the same time: of a thing that is found before it is made."""
    milliseconds = int(at.timestamp() * 1000)
    digest = hashlib.blake2b(what.encode(), digest_size=_RANDOM_BITS // 8).digest()
    return _written(prefix, milliseconds << _RANDOM_BITS | int.from_bytes(digest, "big"))


def _written(prefix: str, number: int) -> str:
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])
