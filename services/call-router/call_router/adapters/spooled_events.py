"""Call events on their way to the broker: on disk first, so that a call waits for nobody."""

from dataclasses import dataclass

from call_router.adapters.call_messages import event_message
from call_router.domain.call_event import CallEvent
from servicekit.kafka import cloud_event
from servicekit.spool import SpooledProducer

CALL_EVENTS = "keepline.call.events.v1"
_KIND = "keepline.events.v1.CallEvent"


@dataclass(frozen=True, slots=True)
class SpooledEvents:
    """Implements EventSink."""

    producer: SpooledProducer
    switch_id: str

    def put(self, event: CallEvent) -> None:
        headers = cloud_event(
            "call-router", _KIND, f"{event.call_id}:{event.seq}", event.at, subject=event.call_id
        )
        value = event_message(event, self.switch_id).SerializeToString()
        self.producer.put(CALL_EVENTS, event.call_id, value, headers)
