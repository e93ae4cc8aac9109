"""Call records as messages of the API."""

from collections.abc import Iterable

from call_router.adapters.messages.decisions import decision_message
from call_router.domain.attempt import LegResult
from call_router.domain.call_event import CallHeard, Direction, EndedBy, Media
from call_router.domain.call_record import AttemptResult, CallRecord
from call_router.ports import LatestBy
from keepline.routing.v1 import call_log_pb2 as pb
from servicekit.timestamps import timestamp

_DIRECTION: dict[Direction, pb.Direction.ValueType] = {
    "inbound": pb.DIRECTION_INBOUND,
    "outbound": pb.DIRECTION_OUTBOUND,
}
_ENDED_BY: dict[EndedBy, pb.EndedBy.ValueType] = {
    "caller": pb.ENDED_BY_CALLER,
    "agent": pb.ENDED_BY_AGENT,
    "keepline": pb.ENDED_BY_KEEPLINE,
    "": pb.ENDED_BY_UNSPECIFIED,
}


def record_message(record: CallRecord) -> pb.CallRecord:
    return pb.CallRecord(
        id=record.id,
        tenant_id=record.tenant_id,
        trunk_id=record.trunk_id,
        direction=_DIRECTION[record.direction],
        attempt=record.attempt,
        switch_id=record.switch_id,
        edge_id=record.edge_id,
        caller=record.caller,
        called=record.called,
        number=record.number,
        answered=record.answered,
        source_address=record.source_address,
        decision=decision_message(record.decision) if record.decision else None,
        legs=[_leg_message(leg) for leg in record.legs],
        attempts=[_attempt_message(attempt) for attempt in record.attempts],
        started_at=timestamp(record.started_at),
        answered_at=timestamp(record.answered_at),
        ended_at=timestamp(record.ended_at),
        estimated_within_ms=record.estimated_within_ms,
        ended_by=_ENDED_BY[record.ended_by],
        hangup_cause=record.hangup_cause,
        sip_status=record.sip_status,
        refusal_code=record.refusal_code,
        setup_ms=record.setup_ms,
        talk_ms=record.talk_ms,
        media=_media_message(record.media) if record.media else None,
        agent_id=record.agent_id,
    )


def latest_message(by: LatestBy, found: Iterable[tuple[str, CallRecord | None]]) -> pb.GetLatestCallsResponse:
    return pb.GetLatestCallsResponse(
        latest=[pb.LatestCall(call=None if one is None else _latest(one), **{by: of}) for of, one in found]
    )


def _latest(record: CallRecord) -> pb.LatestCallSummary:
    return pb.LatestCallSummary(
        id=record.id,
        started_at=timestamp(record.started_at),
        answered=record.answered,
        refusal_code=record.refusal_code,
        caller=record.caller,
    )


def _leg_message(leg: LegResult) -> pb.LegResult:
    return pb.LegResult(
        attempt=leg.attempt,
        index=leg.index,
        agent_id=leg.agent_id,
        uri=leg.uri,
        sip_status=leg.sip_status,
        cause=leg.cause,
        started_at=timestamp(leg.started_at),
        ringing_at=timestamp(leg.ringing_at),
        early_media_at=timestamp(leg.early_media_at),
        answered_at=timestamp(leg.answered_at),
        ended_at=timestamp(leg.ended_at),
        heard=_packets_message(leg.heard) if leg.heard else None,
    )


def _attempt_message(attempt: AttemptResult) -> pb.CallAttempt:
    return pb.CallAttempt(
        attempt=attempt.attempt,
        switch_id=attempt.switch_id,
        edge_id=attempt.edge_id,
        started_at=timestamp(attempt.started_at),
        ended_at=timestamp(attempt.ended_at),
        sip_status=attempt.sip_status,
        hangup_cause=attempt.hangup_cause,
        code=attempt.code,
    )


def _packets_message(heard: CallHeard) -> pb.LegPackets:
    return pb.LegPackets(
        provider_received=heard.provider.received,
        provider_sent=heard.provider.sent,
        agent_received=heard.agent.received,
        agent_sent=heard.agent.sent,
    )


def _media_message(media: Media) -> pb.MediaStatistics:
    return pb.MediaStatistics(
        packets_received=media.packets_received,
        packets_sent=media.packets_sent,
        packets_lost=media.packets_lost,
        jitter_max_ms=media.jitter_max_ms,
        codec=media.codec,
        leg_codec=media.leg_codec,
    )
