"""Fields as JSON has them, and a change that puts one back to its default."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final, Literal


class Reset(Enum):
    RESET = "reset"

    def __repr__(self) -> str:
        return self.name


RESET: Final[Literal[Reset.RESET]] = Reset.RESET
"""In a change: back to the default (`null` of RFC 7396). A field without a default refuses it."""


def plain(fields: Mapping[str, object]) -> dict[str, object]:
    """Ready for JSON: times as RFC 3339, RESET as null."""
    return {name: _member(value) for name, value in fields.items()}


def _member(value: object) -> object:
    if value is RESET:
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return plain(value) if isinstance(value, Mapping) else value
