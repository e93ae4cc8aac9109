"""The end of a call as a message of the topic, and back."""

from datetime import datetime

from call_router.domain import call_event as e
from keepline.events.v1 import call_event_pb2 as pb
from servicekit.timestamps import moment, timestamp

_ENDED_BY: dict[e.EndedBy, pb.EndedBy.ValueType] = {
    "caller": pb.ENDED_BY_CALLER,
    "agent": pb.ENDED_BY_AGENT,
    "keepline": pb.ENDED_BY_KEEPLINE,
    "": pb.ENDED_BY_UNSPECIFIED,
}
_ENDED_BY_OF = {message: ended_by for ended_by, message in _ENDED_BY.items()}


def ended_message(ended: e.CallEnded, at: datetime) -> pb.CallEnded:
    """`at` is that of the event."""
    whole = ended.whole
    return pb.CallEnded(
        hangup_cause=ended.hangup_cause,
        sip_status=ended.sip_status,
        setup_ms=ended.setup_ms,
        talk_ms=ended.talk_ms,
        media=_media_message(ended.media) if ended.media else None,
        ended_by=_ENDED_BY[ended.ended_by],
        estimated_within_ms=ended.estimated_within_ms,
        started_at=timestamp(whole.started_at),
        answered_at=timestamp(whole.answered_at),
        ended_at=timestamp(at),
        caller=whole.caller,
        called=whole.called,
        source_address=whole.source_address,
        number=whole.number,
        number_id=whole.number_id,
        plan_id=whole.plan_id,
        code=whole.code,
        refusal_code=whole.refusal_code,
        agent_id=whole.agent_id,
        legs=[_leg_message(leg) for leg in whole.legs],
    )


def ended_of(message: pb.CallEnded) -> e.CallEnded:
    """Raises ValueError for a moment that is none."""
    whole = e.WholeCall(
        moment(message.started_at),
        moment(message.answered_at) if message.HasField("answered_at") else None,
        message.caller,
        message.called,
        message.source_address,
        message.number,
        message.number_id,
        message.plan_id,
        message.code,
        message.refusal_code,
        message.agent_id,
        tuple(_leg_of(leg) for leg in message.legs),
    )
    return e.CallEnded(
        message.hangup_cause,
        message.sip_status,
        message.setup_ms,
        message.talk_ms,
        _media_of(message.media) if message.HasField("media") else None,
        _ENDED_BY_OF.get(message.ended_by, ""),
        whole,
        message.estimated_within_ms if message.HasField("estimated_within_ms") else None,
    )


def _leg_message(leg: e.EndedLeg) -> pb.EndedLeg:
    return pb.EndedLeg(
        index=leg.index,
        agent_id=leg.agent_id,
        uri=leg.uri,
        sip_status=leg.sip_status,
        cause=leg.cause,
        started_at=timestamp(leg.started_at),
        ringing_at=timestamp(leg.ringing_at),
        answered_at=timestamp(leg.answered_at),
        ended_at=timestamp(leg.ended_at),
    )


def _leg_of(message: pb.EndedLeg) -> e.EndedLeg:
    return e.EndedLeg(
        message.index,
        message.agent_id,
        message.uri,
        message.sip_status,
        message.cause,
        moment(message.started_at) if message.HasField("started_at") else None,
        moment(message.ringing_at) if message.HasField("ringing_at") else None,
        moment(message.answered_at) if message.HasField("answered_at") else None,
        moment(message.ended_at),
    )


def _media_message(media: e.Media) -> pb.MediaStatistics:
    return pb.MediaStatistics(
        packets_received=media.packets_received,
        packets_sent=media.packets_sent,
        packets_lost=media.packets_lost,
        jitter_max_ms=media.jitter_max_ms,
        codec=media.codec,
        leg_codec=media.leg_codec,
    )


def _media_of(media: pb.MediaStatistics) -> e.Media:
    return e.Media(
        media.packets_received if media.HasField("packets_received") else None,
        media.packets_sent if media.HasField("packets_sent") else None,
        media.packets_lost if media.HasField("packets_lost") else None,
        media.jitter_max_ms if media.HasField("jitter_max_ms") else None,
        media.codec,
        media.leg_codec,
    )
