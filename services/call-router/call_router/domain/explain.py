"""Puts a decision into words: one sentence, and what each rule looked at, in order.

Called after the call is on its way; everything that it needs is in the decision.
"""

from dataclasses import dataclass

from call_router.domain import outcome as o
from call_router.domain.leg import Candidate, Leg
from call_router.domain.route import Decision


@dataclass(frozen=True, slots=True)
class TraceStep:
    rule: str
    matched: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision as it is told and kept: see keepline.routing.v1.Decision."""

    reason: str
    code: str
    legs: tuple[Leg, ...]
    # 0 when there is a leg
    sip_status: int
    trace: tuple[TraceStep, ...]
    number: str
    number_id: str
    plan_id: str
    plan_version: int
    table_version: str


def explain(decision: Decision) -> Explained:
    number, plan = decision.number, decision.plan
    return Explained(
        reason=reason(decision),
        code=decision.outcome.code,
        legs=decision.legs,
        sip_status=decision.outcome.sip_status,
        trace=trace(decision),
        number=number.e164 if number else "",
        number_id=number.id if number else "",
        plan_id=plan.id if plan else "",
        plan_version=plan.version if plan else 0,
        table_version=f"{decision.table_version:016x}",
    )


def reason(decision: Decision) -> str:
    """One sentence: why these legs, or why none."""
    called = decision.call.called
    trunk_id = decision.call.trunk_id
    if decision.outcome is o.ROUTED and decision.number is not None:
        return f"{decision.number.e164} is answered by {_answers(decision)}."
    if decision.outcome is o.AGENT_MISSING:
        lacks = " and ".join(f"agent {c.agent_id} {c.lack}" for c in decision.candidates)
        return f"Nobody can answer {_number(decision)}: {lacks}."
    sentences = {
        o.TABLE_MISSING: "No routing table has been loaded yet, neither from disk nor from the topics.",
        o.TRUNK_UNKNOWN: f"There is no trunk {trunk_id} of tenant {decision.call.tenant_id}.",
        o.TRUNK_DISABLED: "The trunk is switched off.",
        o.NUMBER_UNREADABLE: f"{called} cannot be read as a telephone number.",
        o.NUMBER_UNKNOWN: f"{called} is no number of this trunk{_as_read(decision)}.",
        o.NUMBER_AMBIGUOUS: f"{called} can be read as more than one number of this trunk.",
        o.PLAN_MISSING: f"No routing plan names {_number(decision)}.",
        o.CODEC_MISSING: decision.call.offer.against_ours,
    }
    return sentences[decision.outcome]


def _as_read(decision: Decision) -> str:
    read = decision.readings
    return "" if read == (decision.call.called,) else f", read as {' or '.join(read)}"


def _answers(decision: Decision) -> str:
    first, *others = decision.legs
    plan = f"plan {decision.plan.name}" if decision.plan else "no plan"
    words = f"{first.agent_name}, as {plan} says"
    for other in others:
        words += f"; if that fails, by {other.agent_name}"
    for candidate in decision.candidates:
        if candidate.leg is None:
            words += f"; agent {candidate.agent_id} {candidate.lack}"
    return words


def _number(decision: Decision) -> str:
    return decision.number.e164 if decision.number else decision.call.called


def trace(decision: Decision) -> tuple[TraceStep, ...]:
    steps = [TraceStep("table", decision.outcome is not o.TABLE_MISSING, f"{decision.table_version:016x}")]
    if decision.outcome is o.TABLE_MISSING:
        return tuple(steps)
    trunk = decision.trunk
    state = "unknown" if trunk is None else "enabled" if trunk.enabled else "disabled"
    steps.append(TraceStep("trunk", state == "enabled", f"{decision.call.trunk_id} is {state}"))
    if state != "enabled":
        return tuple(steps)
    steps.append(TraceStep("number", decision.number is not None, _read(decision)))
    if decision.number is None:
        return tuple(steps)
    plan = decision.plan
    detail = f"{plan.id} version {plan.version}" if plan else f"none names {decision.number.e164}"
    steps.append(TraceStep("plan", plan is not None, detail))
    steps.extend(_looked_at(candidate) for candidate in decision.candidates)
    if decision.outcome is o.CODEC_MISSING:
        steps.append(TraceStep("offer", False, str(decision.call.offer)))
    return tuple(steps)


def _read(decision: Decision) -> str:
    if not decision.readings:
        return f"{decision.call.called} is not a number"
    country = decision.trunk.country if decision.trunk else ""
    written = " or ".join(decision.readings)
    held = (
        f": {decision.number.id} is {decision.number.e164}" if decision.number else ": not held by the trunk"
    )
    if decision.outcome is o.NUMBER_AMBIGUOUS:
        held = ": the trunk holds more than one of them"
    return f"{decision.call.called} in {country or 'an unknown country'} reads {written}{held}"


def _looked_at(candidate: Candidate) -> TraceStep:
    if candidate.leg is None:
        return TraceStep("agent", False, f"{candidate.agent_id} {candidate.lack}")
    leg = candidate.leg
    return TraceStep("agent", True, f"{leg.agent_id} at {leg.uri}, ringing for {leg.ring_seconds} s")
