"""What is wrong with something that was written: as a value, or as an error with a sentence."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """pointer: JSON pointer (RFC 6901) into what was sent; code: stable; hint: how to repair it."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class Misfit(ValueError):
    """Says in words which part of a record does not fit its type."""


MAX_NAME = 80
_ZERO_WIDTH = "\u200c\u200d"  # they join emoji, and shape Persian and Indic scripts
_FLAG_TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))  # of flags such as Scotland's (UTS 51, ED-14a)
_LOOSE = re.compile(f"(?:^|[{_ZERO_WIDTH} ])[{_ZERO_WIDTH}]|[{_ZERO_WIDTH}](?:$| )")


def is_name(name: str) -> bool:
    """1 to 80 characters that can be printed, without the blanks around them. Joiners stand between two
    others, so that no two names differ by what cannot be seen at their ends."""
    trimmed = name.strip()
    if not trimmed or len(trimmed) > MAX_NAME or _LOOSE.search(trimmed):
        return False
    return all(one.isprintable() or one in _ZERO_WIDTH or one in _FLAG_TAGS for one in trimmed)


def name_faults(name: str, hint: str = f"use 1 to {MAX_NAME} printable characters") -> list[Fault]:
    """Of the name that a tenant gives to a thing of its own; it is kept without the blanks around it."""
    if is_name(name):
        return []
    return [Fault("/name", "name_invalid", "the name is empty, too long or cannot be printed", hint)]
