"""A change that puts a field back to its default."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal


class Reset(Enum):
    RESET = "reset"

    def __repr__(self) -> str:
        return self.name


RESET: Final[Literal[Reset.RESET]] = Reset.RESET
"""In a change: back to the default (`null` of RFC 7396). A field without a default refuses it."""


def merge_patch(change: Mapping[str, object]) -> dict[str, object]:
    return {name: _member(value) for name, value in change.items()}


def _member(value: object) -> object:
    if value is RESET:
        return None
    return merge_patch(value) if isinstance(value, Mapping) else value
