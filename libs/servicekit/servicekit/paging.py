"""Lists in pages: ordered by id, continued after the last id of the page before.

A token is opaque to the caller and is checked like any other input.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from servicekit.errors import Invalid, Violation
from servicekit.ids import is_id

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
_LAST_ID = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_page_token: str = ""


def page_of(found: Sequence[T], limit: int, token_of: Callable[[T], str]) -> Page[T]:
    """Of `limit` + 1 that were asked for: the one too many tells that there is a next page."""
    items = found[:limit]
    return Page(items, token_of(items[-1]) if len(found) > limit else "")


def page_size(asked: int) -> int:
    if asked == 0:
        return DEFAULT_PAGE_SIZE
    if 1 <= asked <= MAX_PAGE_SIZE:
        return asked
    wrong = Violation(
        "/page_size",
        "page_size_invalid",
        f"{asked} is not between 1 and {MAX_PAGE_SIZE}",
        "leave it out for 50",
    )
    raise Invalid("page_size_invalid", "the page size is out of range", hint=wrong.hint, violations=[wrong])


def encode_token(last_id: str) -> str:
    return base64.urlsafe_b64encode(b"1" + last_id.encode()).decode().rstrip("=")


def decode_token(token: str, prefix: str = "") -> str | None:
    """The id after which the page starts; None for the first page. With `prefix` it must be one of `new_id`'s
    of that prefix."""
    if token == "":
        return None
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        last_id = raw[1:].decode("ascii")
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise wrong_token() from error
    if raw[:1] != b"1" or not _LAST_ID.fullmatch(last_id):
        raise wrong_token()
    if prefix and not is_id(last_id, prefix):
        raise wrong_token()
    return last_id


def wrong_token() -> Invalid:
    """Of a token that was not given, or for another list."""
    wrong = Violation(
        "/page_token",
        "page_token_invalid",
        "this is not a token that we gave",
        "send next_page_token of the page before, unchanged",
    )
    return Invalid("page_token_invalid", "the page token is not valid", hint=wrong.hint, violations=[wrong])
