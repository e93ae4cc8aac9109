"""Decides where a call goes: `route(call, table, now, chance) -> Decision`.

    table > trunk > number > plan > legs > offer

The first step that finds nothing ends it with a refusal, which is a value. The
decision keeps what it looked at and nothing is put into words here: words are made by `explain`, after the
call is on its way.

A number answers only on the trunk and for the tenant that hold it. What is ambiguous is refused.
"""

from dataclasses import dataclass
from datetime import datetime

from call_router.domain.leg import Candidate, Leg
from call_router.domain.number_index import Held, number_key
from call_router.domain.offer import LATE, Offer
from call_router.domain.outcome import (
    AGENT_MISSING,
    CODEC_MISSING,
    NUMBER_AMBIGUOUS,
    NUMBER_UNKNOWN,
    NUMBER_UNREADABLE,
    PLAN_MISSING,
    ROUTED,
    TABLE_MISSING,
    TRUNK_DISABLED,
    TRUNK_UNKNOWN,
    Outcome,
)
from call_router.domain.plan import Plan
from call_router.domain.plan_index import Answer
from call_router.domain.records import Number, Trunk
from call_router.domain.table import KnownTrunk, RoutingTable
from siptypes.numbering import readings


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call before anything is decided; called and caller as the provider sent them."""

    tenant_id: str
    trunk_id: str
    called: str
    caller: str
    # address and port that the INVITE came from
    source_address: str
    call_id: str
    offer: Offer = LATE
    # 1, 2, ...: grows each time the edge sends the call to another switch
    attempt: int = 1
    # "" where the edge did not say
    edge_id: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    call: Call
    decided_at: datetime
    table_version: int
    known: KnownTrunk | None = None
    readings: tuple[str, ...] = ()
    number: Number | None = None
    answer: Answer | None = None

    @property
    def trunk(self) -> Trunk | None:
        return self.known.trunk if self.known else None

    @property
    def plan(self) -> Plan | None:
        return self.answer.plan if self.answer else None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.answer.candidates if self.answer else ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Whom to call, in order; empty where the call is refused."""
        return self.answer.legs if self.answer and self.outcome is ROUTED else ()

    @property
    def fallback_on_busy(self) -> bool:
        return self.answer is not None and self.answer.plan.fallback_on_busy


def route(call: Call, table: RoutingTable, now: datetime, chance: float) -> Decision:
    """`chance` in [0, 1) is for rules that divide calls between agents; the rules of today do not."""
    version = table.version
    if not table.ready:
        return Decision(TABLE_MISSING, call, now, version)
    trunk = table.trunks.get(call.trunk_id)
    if trunk is None or trunk.tenant_id != call.tenant_id:
        return Decision(TRUNK_UNKNOWN, call, now, version)
    if not trunk.enabled:
        return Decision(TRUNK_DISABLED, call, now, version, trunk)
    read = readings(call.called, trunk.rules)
    held = _held(call, table, read)
    if isinstance(held, Outcome):
        return Decision(held, call, now, version, trunk, read)
    answer = held.answer
    if answer is None:
        return Decision(PLAN_MISSING, call, now, version, trunk, read, held.number)
    outcome = AGENT_MISSING if not answer.legs else ROUTED if call.offer.usable else CODEC_MISSING
    return Decision(outcome, call, now, version, trunk, read, held.number, answer)


def _held(call: Call, table: RoutingTable, read: tuple[str, ...]) -> Held | Outcome:
    if not read:
        return NUMBER_UNREADABLE
    places = table.number_index.held
    found: Held | None = None
    for e164 in read:
        held = places.get(number_key(call.tenant_id, call.trunk_id, e164))
        if held is not None and found is not None:
            return NUMBER_AMBIGUOUS
        found = held or found
    return found or NUMBER_UNKNOWN
