"""Call events on their way to the broker: on disk first, so that a call waits for nobody.

All records of a call are of one trace, whose id is the call's UUID.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

from call_router.adapters.messages.events import event_message
from call_router.domain import call_event as e
from servicekit.kafka import cloud_event
from servicekit.spool import SpooledProducer
from servicekit.telemetry.logging import logger

_log = logger(__name__)
CALL_EVENTS = "keepline.call.events.v1"
_MESSAGE = "keepline.events.v1.CallEvent"
# named as the field of the message
KINDS: Mapping[type[e.Fact], str] = {
    e.CallStarted: "keepline.call.started.v1",
    e.CallRouted: "keepline.call.routed.v1",
    e.LegStarted: "keepline.call.leg_started.v1",
    e.LegRinging: "keepline.call.leg_ringing.v1",
    e.EarlyMedia: "keepline.call.early_media.v1",
    e.CallAnswered: "keepline.call.answered.v1",
    e.LegFailed: "keepline.call.leg_failed.v1",
    e.CallHeard: "keepline.call.heard.v1",
    e.CallEnded: "keepline.call.ended.v1",
}
_UUID_DIGITS, _HEX, _NO_SPAN = 32, frozenset("0123456789abcdef"), "0" * 16


@dataclass(frozen=True, slots=True)
class SpooledEvents:
    """Implements EventSink."""

    producer: SpooledProducer
    switch_id: str

    def put(self, event: e.CallEvent) -> None:
        event = replace(event, switch_id=self.switch_id)
        headers = cloud_event(
            "call-router",
            KINDS[type(event.fact)],
            _MESSAGE,
            f"{event.call_id}:{event.attempt}:{event.seq}",
            event.at,
            tenant_id=event.tenant_id,
            subject=event.call_id,
            traceparent=traceparent_of(event.call_id),
        )
        try:
            value = event_message(event).SerializeToString()
        except (TypeError, ValueError) as error:  # a figure of the switch that its field does not hold
            _log.error(
                "An event cannot be written down.", seq=event.seq, call_id=event.call_id, reason=str(error)
            )
            return
        self.producer.put(CALL_EVENTS, event.call_id, value, headers)


def traceparent_of(call_id: str) -> str:
    """W3C Trace Context, not sampled: nobody exports the call's own span. Of "call_" and a UUID the trace id
    is the UUID; of any other id a hash."""
    digits = call_id.partition("_")[2].replace("-", "").lower()
    if len(digits) != _UUID_DIGITS or not _HEX.issuperset(digits) or digits.endswith(_NO_SPAN):
        digits = blake2b(call_id.encode(), digest_size=16).hexdigest()
    return f"00-{digits}-{digits[16:]}-00"
