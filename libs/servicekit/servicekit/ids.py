"""Names for stored things: a prefix that says what it is and a ULID that sorts by creation.

Ids made one after the other in this process sort in that order, also within one millisecond.
"""

import os
import re
import threading
import time

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
    number = _ulids.next()
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])
