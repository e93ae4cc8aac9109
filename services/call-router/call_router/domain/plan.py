"""Who answers which numbers, and who if that fails.

A plan that exists is valid in itself; that its agents exist and that no other plan of the tenant
has its numbers is for the use case to see to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from siptypes.faults import Fault, name_faults
from siptypes.numbers import number_faults

MAX_NUMBERS = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    tenant_id: str
    version: int
    name: str
    # E.164
    numbers: tuple[str, ...]
    first_agent_id: str
    # "": nobody else is tried
    fallback_agent_id: str
    # the fallback is tried also when the first agent is busy or declines
    fallback_on_busy: bool
    created_at: datetime
    updated_at: datetime

    @property
    def agent_ids(self) -> tuple[str, ...]:
        first, fallback = self.first_agent_id, self.fallback_agent_id
        return (first, fallback) if fallback else (first,)


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """What a tenant asks for. None: it could not be read, which was told already; fallback_agent_id None:
    also none."""

    name: str | None
    numbers: Sequence[str] | None
    first_agent_id: str | None
    fallback_agent_id: str | None = None
    fallback_on_busy: bool | None = False


@dataclass(frozen=True, slots=True)
class PlanFields:
    """What a tenant may change of a plan, checked. fallback_agent_id "": nobody else is tried."""

    name: str
    numbers: tuple[str, ...]
    first_agent_id: str
    fallback_agent_id: str = ""
    fallback_on_busy: bool = False


def check_plan(draft: PlanDraft) -> PlanFields | list[Fault]:
    """Fields only of a draft that could be read as a whole."""
    faults = [] if draft.name is None else name_faults(draft.name)
    faults += numbers_faults(draft.numbers or ())
    first, fallback = draft.first_agent_id, draft.fallback_agent_id
    if first == "":
        hint = "name the id of the agent that is to answer"
        faults.append(Fault("/first_agent_id", "agent_required", "a plan needs a first agent", hint))
    elif first is not None and fallback == first:
        hint = "name another agent, or leave it out"
        faults.append(Fault("/fallback_agent_id", "fallback_is_first", "it is the first agent itself", hint))
    busy = draft.fallback_on_busy
    if faults or draft.name is None or draft.numbers is None or first is None or busy is None:
        return faults
    return PlanFields(draft.name.strip(), tuple(draft.numbers), first, fallback or "", busy)


def numbers_faults(numbers: Sequence[str]) -> list[Fault]:
    faults: list[Fault] = []
    if len(numbers) > MAX_NUMBERS:
        detail = f"{len(numbers)} numbers in one plan"
        faults.append(Fault("/numbers", "numbers_too_many", detail, f"{MAX_NUMBERS} are allowed"))
    seen: set[str] = set()
    for index, number in enumerate(numbers[:MAX_NUMBERS]):
        pointer = f"/numbers/{index}"
        faults += number_faults(number, pointer)
        if number in seen:
            faults.append(Fault(pointer, "number_repeated", f"{number[:80]} is named twice", "name it once"))
        seen.add(number)
    return faults
