"""Ids of tenants, trunks, nodes and switches: 1 to 64 letters, digits, _ and -."""

import re

from siptypes.faults import Misfit

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def check_token(what: str, value: str) -> None:
    """what: as the sentence names it. Raises Misfit."""
    if not is_token(value):
        raise Misfit(f"{what} {value[:80]!r} is not 1 to 64 letters, digits, _ and -")
