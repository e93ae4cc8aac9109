"""Page tokens: where a page ended, and of which list. Opaque to the caller, checked like any other input."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

Place: TypeAlias = tuple[Any, ...]
"""The values of the fields that the list is ordered by, of the last item before the page."""

_LONGEST = 2000


def which_list(
    order: Sequence[tuple[str, int]], text: str, filters: Mapping[str, Any], bounds: Mapping[str, Any]
) -> str:
    """Tells lists apart: a token of one is none of another."""
    asked = json.dumps([order, text, filters, bounds], sort_keys=True, default=str)
    return hashlib.blake2s(asked.encode(), digest_size=6).hexdigest()


def token_of(which: str, last: Sequence[Any]) -> str:
    written = json.dumps([which, *(_written(value) for value in last)], separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def place_of(token: str, which: str, kinds: Sequence[type]) -> Place | None:
    """kinds: of the fields of the order. None: no token that was given for this list."""
    if len(token) > _LONGEST:
        return None
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        read = json.loads(raw)
        if not isinstance(read, list) or len(read) != len(kinds) + 1 or read[0] != which:
            return None
        return tuple(_read(value, kind) for value, kind in zip(read[1:], kinds, strict=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError, OverflowError):
        return None


def _written(value: Any) -> Any:
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _read(value: Any, kind: type) -> Any:
    if kind is datetime and type(value) is int:
        return datetime.fromtimestamp(value / 1000, UTC)
    if type(value) is not kind:
        raise ValueError("not of the field's type")
    return value
