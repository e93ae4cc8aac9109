"""Many numbers that are to be brought in, and what became of each. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Trunk, check_number, label_faults
from siptypes.faults import Fault


class Outcome(StrEnum):
    MADE = "made"
    MOVED = "moved"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """label: None: none was sent."""

    number: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """number: E.164, or as it was sent where it could not be read. fault: of what was refused, or what should
    be looked at."""

    number: str
    outcome: Outcome
    number_id: str = ""
    fault: Fault | None = None


def read_wanted(wanted: Wanted, trunk: Trunk) -> E164 | Brought:
    e164 = check_number(wanted.number, trunk)
    faults = [*(e164 if isinstance(e164, list) else []), *label_faults(wanted.label)]
    if faults or isinstance(e164, list):
        return Brought(wanted.number, Outcome.REFUSED, fault=faults[0])
    return e164


def in_order(read: Sequence[E164 | Brought], done: Mapping[E164, Brought]) -> Iterator[Brought]:
    """A number that stands twice in the list is there already when it comes again."""
    told: set[E164] = set()
    for one in read:
        if isinstance(one, Brought):
            yield one
            continue
        brought = done[one]
        if one in told and brought.outcome is not Outcome.REFUSED:
            brought = Brought(brought.number, Outcome.KEPT, brought.number_id, brought.fault)
        told.add(one)
        yield brought
