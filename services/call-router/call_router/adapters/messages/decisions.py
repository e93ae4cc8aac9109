"""A decision as a message of the API and of an event. Each has a type of its own, with the same fields."""

from typing import TypeVar

from call_router.domain.explain import Explained, TraceStep
from call_router.domain.leg import Leg
from keepline.events.v1 import decision_pb2 as events
from keepline.routing.v1 import decision_pb2 as routing

_M = TypeVar("_M", events.Decision, routing.Decision)


def decision_message(decision: Explained) -> routing.Decision:
    return _written(routing.Decision(), decision)


def write_decision(message: routing.Decision, decision: Explained) -> None:
    """Into the part of an answer that it is: a message that is set as a part is copied."""
    _written(message, decision)


def event_decision(decision: Explained) -> events.Decision:
    return _written(events.Decision(), decision)


def decision_of(message: events.Decision) -> Explained:
    return Explained(
        reason=message.reason,
        code=message.code,
        legs=tuple(Leg(leg.agent_id, leg.agent_name, leg.uri, leg.ring_seconds) for leg in message.legs),
        sip_status=message.sip_status,
        trace=tuple(TraceStep(step.rule, step.matched, step.detail) for step in message.trace),
        number=message.number,
        number_id=message.number_id,
        plan_id=message.plan_id,
        plan_version=message.plan_version,
        table_version=message.table_version,
    )


def _written(message: _M, decision: Explained) -> _M:
    message.reason, message.code = decision.reason, decision.code
    message.sip_status = decision.sip_status
    message.number, message.number_id = decision.number, decision.number_id
    message.plan_id, message.plan_version = decision.plan_id, decision.plan_version
    message.table_version = decision.table_version
    for leg in decision.legs:
        message.legs.add(
            agent_id=leg.agent_id, agent_name=leg.agent_name, uri=leg.uri, ring_seconds=leg.ring_seconds
        )
    for step in decision.trace:
        message.trace.add(rule=step.rule, matched=step.matched, detail=step.detail)
    return message
