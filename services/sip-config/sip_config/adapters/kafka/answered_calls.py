"""Answered calls, as their ends tell them."""

from keepline.events.v1.call_event_pb2 import DIRECTION_OUTBOUND, CallEvent, MediaStatistics
from servicekit.timestamps import moment
from sip_config.domain.onboarding.advance import AnsweredCall


def answered_call(told: CallEvent) -> AnsweredCall | None:
    """Of an end. The number is known by its id: what is told of it may be a hash."""
    ended = told.ended
    if not ended.HasField("answered_at") or told.direction == DIRECTION_OUTBOUND or not told.tenant_id:
        return None
    return AnsweredCall(
        told.tenant_id,
        told.trunk_id,
        told.call_id,
        ended.number_id,
        moment(ended.answered_at),
        ended.setup_ms,
        _came("packets_received", ended.media),
        _came("packets_sent", ended.media),
    )


def _came(field: str, media: MediaStatistics) -> bool | None:
    """None: nothing was measured."""
    return getattr(media, field) > 0 if media.HasField(field) else None  # type: ignore[arg-type]
