"""Call events as messages of the topic, and back."""

from call_router.adapters.messages.decisions import decision_of, event_decision
from call_router.adapters.messages.ended import ended_message, ended_of
from call_router.adapters.messages.routing import Unfit
from call_router.domain import call_event as e
from keepline.events.v1 import call_event_pb2 as pb
from servicekit.timestamps import moment, timestamp

_DIRECTION: dict[e.Direction, pb.Direction.ValueType] = {
    "inbound": pb.DIRECTION_INBOUND,
    "outbound": pb.DIRECTION_OUTBOUND,
}
_AFTER_LEG: dict[e.AfterLeg, pb.AfterLeg.ValueType] = {
    "next_leg": pb.AFTER_LEG_NEXT_LEG,
    "refusal": pb.AFTER_LEG_REFUSAL,
    "nothing": pb.AFTER_LEG_NOTHING,
    "": pb.AFTER_LEG_UNSPECIFIED,
}
_DIRECTION_OF = {message: direction for direction, message in _DIRECTION.items()}
_AFTER_LEG_OF = {message: after for after, message in _AFTER_LEG.items()}


def event_message(event: e.CallEvent) -> pb.CallEvent:
    message = pb.CallEvent(
        call_id=event.call_id,
        seq=event.seq,
        at=timestamp(event.at),
        tenant_id=event.tenant_id,
        trunk_id=event.trunk_id,
        attempt=event.attempt,
        switch_id=event.switch_id,
        edge_id=event.edge_id,
        direction=_DIRECTION[event.direction],
    )
    _write(message, event)
    return message


def event_of(value: bytes) -> e.CallEvent | None:
    """None for a kind of event that is not known here; Unfit for one that does not say whose it is."""
    message = pb.CallEvent.FromString(value)
    if not message.call_id or not message.tenant_id or message.attempt == 0:
        raise Unfit("a call event without call_id, tenant_id or attempt")
    fact = _fact_of(message)
    if fact is None:
        return None
    event = e.CallEvent(
        message.call_id,
        moment(message.at),
        message.tenant_id,
        message.trunk_id,
        fact,
        message.attempt,
        message.switch_id,
        message.edge_id,
        _DIRECTION_OF.get(message.direction, "inbound"),
    )
    if event.seq != message.seq:
        raise Unfit(f"event {message.seq} of {message.call_id} should be {event.seq}")
    return event


def _write(message: pb.CallEvent, event: e.CallEvent) -> None:
    match event.fact:
        case e.CallStarted(caller, called, address):
            started = pb.CallStarted(caller=caller, called=called, source_address=address)
            message.started.MergeFrom(started)
        case e.CallRouted(decision, router_id):
            message.routed.MergeFrom(pb.CallRouted(decision=event_decision(decision), router_id=router_id))
        case e.LegStarted(leg_index, agent_id, uri):
            message.leg_started.MergeFrom(pb.LegStarted(leg_index=leg_index, agent_id=agent_id, uri=uri))
        case e.LegRinging(leg_index, agent_id):
            message.leg_ringing.MergeFrom(pb.LegRinging(leg_index=leg_index, agent_id=agent_id))
        case e.EarlyMedia(leg_index, agent_id):
            message.early_media.MergeFrom(pb.EarlyMedia(leg_index=leg_index, agent_id=agent_id))
        case e.CallAnswered(leg_index, agent_id, setup_ms):
            answered = pb.CallAnswered(leg_index=leg_index, agent_id=agent_id, setup_ms=setup_ms)
            message.answered.MergeFrom(answered)
        case e.LegFailed() as failed:
            message.leg_failed.MergeFrom(_failed_message(failed))
        case e.CallHeard(leg_index, sample, provider, agent):
            message.heard.MergeFrom(
                pb.CallHeard(
                    leg_index=leg_index,
                    sample=sample,
                    provider=pb.Packets(received=provider.received, sent=provider.sent),
                    agent=pb.Packets(received=agent.received, sent=agent.sent),
                )
            )
        case e.CallEnded() as ended:
            message.ended.MergeFrom(ended_message(ended, event.at))


def _fact_of(message: pb.CallEvent) -> e.Fact | None:
    fact: e.Fact | None = None
    match message.WhichOneof("event"):
        case "started":
            started = message.started
            fact = e.CallStarted(started.caller, started.called, started.source_address)
        case "routed":
            fact = e.CallRouted(decision_of(message.routed.decision), message.routed.router_id)
        case "leg_started":
            leg = message.leg_started
            fact = e.LegStarted(leg.leg_index, leg.agent_id, leg.uri)
        case "leg_ringing":
            fact = e.LegRinging(message.leg_ringing.leg_index, message.leg_ringing.agent_id)
        case "early_media":
            fact = e.EarlyMedia(message.early_media.leg_index, message.early_media.agent_id)
        case "answered":
            answered = message.answered
            fact = e.CallAnswered(answered.leg_index, answered.agent_id, answered.setup_ms)
        case "leg_failed":
            fact = _failed_of(message.leg_failed)
        case "heard":
            heard = message.heard
            fact = e.CallHeard(
                heard.leg_index, heard.sample, _packets_of(heard.provider), _packets_of(heard.agent)
            )
        case "ended":
            fact = ended_of(message.ended)
    return fact


def _failed_message(failed: e.LegFailed) -> pb.LegFailed:
    return pb.LegFailed(
        leg_index=failed.leg_index,
        agent_id=failed.agent_id,
        sip_status=failed.sip_status,
        cause=failed.cause,
        reason=failed.reason,
        next=_AFTER_LEG[failed.next],
        next_leg_index=failed.next_leg_index,
        refusal_status=failed.refusal_status,
        refusal_code=failed.refusal_code,
    )


def _failed_of(failed: pb.LegFailed) -> e.LegFailed:
    return e.LegFailed(
        failed.leg_index,
        failed.agent_id,
        failed.sip_status,
        failed.cause,
        failed.reason,
        _AFTER_LEG_OF.get(failed.next, ""),
        failed.next_leg_index,
        failed.refusal_status,
        failed.refusal_code,
    )


def _packets_of(packets: pb.Packets) -> e.Packets:
    return e.Packets(
        packets.received if packets.HasField("received") else None,
        packets.sent if packets.HasField("sent") else None,
    )
