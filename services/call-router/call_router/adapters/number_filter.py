"""Filters whose values are telephone numbers: strictly E.164, so that another writing is no empty list."""

from collections.abc import Sequence

from servicekit.api.lists import Written
from siptypes import hidden_numbers
from siptypes.faults import Fault
from siptypes.numbers import PATTERN, number_faults


def _called_faults(text: str, pointer: str) -> Sequence[Fault]:
    return [] if hidden_numbers.is_hash(text) else number_faults(text, pointer)


E164 = Written(number_faults, {"type": "string", "pattern": PATTERN})
CALLED = Written(_called_faults, {"type": "string", "pattern": f"{PATTERN}|{hidden_numbers.PATTERN}"})
"""Of records, which may hold a number's hash in its place."""
