"""Who answers which numbers, and who if that fails.

A plan that exists is valid in itself; that its agents exist and that no other plan of the tenant
has its numbers is for the use case to see to.
"""

from dataclasses import dataclass
from datetime import datetime

from siptypes.faults import Fault, name_faults
from siptypes.numbers import is_e164

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
class PlanFields:
    """What a tenant says of a plan."""

    name: str
    numbers: tuple[str, ...]
    first_agent_id: str
    fallback_agent_id: str = ""
    fallback_on_busy: bool = False


def plan_faults(fields: PlanFields) -> tuple[Fault, ...]:
    faults = list(name_faults(fields.name))
    if len(fields.numbers) > MAX_NUMBERS:
        detail = f"{len(fields.numbers)} numbers in one plan"
        faults.append(Fault("/numbers", "numbers_too_many", detail, f"{MAX_NUMBERS} are allowed"))
    seen: set[str] = set()
    for index, number in enumerate(fields.numbers[:MAX_NUMBERS]):
        pointer = f"/numbers/{index}"
        if not is_e164(number):
            hint = "write it with + and its country's code, digits only"
            faults.append(Fault(pointer, "number_invalid", "this is not an E.164 number", hint))
        elif number in seen:
            faults.append(Fault(pointer, "number_repeated", f"{number} is named twice", "name it once"))
        seen.add(number)
    if not fields.first_agent_id:
        hint = "name the id of the agent that is to answer"
        faults.append(Fault("/first_agent_id", "agent_required", "a plan needs a first agent", hint))
    elif fields.fallback_agent_id == fields.first_agent_id:
        hint = "name another agent, or leave it out"
        faults.append(Fault("/fallback_agent_id", "fallback_is_first", "it is the first agent itself", hint))
    return tuple(faults)
