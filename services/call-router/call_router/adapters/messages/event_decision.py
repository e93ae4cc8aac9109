"""The decision inside an event, and back."""

from call_router.domain.explain import Explained, TraceStep
from call_router.domain.leg import Leg
from keepline.events.v1 import decision_pb2


def decision_message(decision: Explained) -> decision_pb2.Decision:
    return decision_pb2.Decision(
        reason=decision.reason,
        code=decision.code,
        legs=[
            decision_pb2.Leg(
                agent_id=leg.agent_id, agent_name=leg.agent_name, uri=leg.uri, ring_seconds=leg.ring_seconds
            )
            for leg in decision.legs
        ],
        sip_status=decision.sip_status,
        trace=[
            decision_pb2.TraceStep(rule=step.rule, matched=step.matched, detail=step.detail)
            for step in decision.trace
        ],
        number=decision.number,
        number_id=decision.number_id,
        plan_id=decision.plan_id,
        plan_version=decision.plan_version,
        table_version=decision.table_version,
    )


def decision_of(message: decision_pb2.Decision) -> Explained:
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
