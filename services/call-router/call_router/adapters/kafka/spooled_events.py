"""Call events on their way to the broker: on disk first, so that a call waits for nobody."""

from dataclasses import dataclass, replace

from call_router.adapters.messages.events import event_message
from call_router.domain.call_event import CallEvent
from servicekit.kafka import cloud_event
from servicekit.spool import SpooledProducer
from servicekit.telemetry.logging import logger

_log = logger(__name__)
CALL_EVENTS = "keepline.call.events.v1"
_KIND = "keepline.events.v1.CallEvent"


@dataclass(frozen=True, slots=True)
class SpooledEvents:
    """Implements EventSink."""

    producer: SpooledProducer
    switch_id: str

    def put(self, event: CallEvent) -> None:
        event = replace(event, switch_id=self.switch_id)
        name = f"{event.call_id}:{event.attempt}:{event.seq}"
        headers = cloud_event("call-router", _KIND, name, event.at, subject=event.call_id)
        try:
            value = event_message(event).SerializeToString()
        except (TypeError, ValueError) as error:  # a figure of the switch that its field does not hold
            _log.error(
                "An event cannot be written down.", seq=event.seq, call_id=event.call_id, reason=str(error)
            )
            return
        self.producer.put(CALL_EVENTS, event.call_id, value, headers)
