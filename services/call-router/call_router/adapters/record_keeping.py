"""Makes call records of the events topic: the one way by which they come to be.

Rule: a record that says nothing of a call raises, and so becomes a dead letter.
"""

from dataclasses import dataclass

from call_router.adapters.event_messages import event_of
from call_router.app.call_log import CallLog
from servicekit.kafka import Record


@dataclass(frozen=True, slots=True)
class RecordKeeping:
    log: CallLog

    async def handle(self, record: Record) -> None:
        if record.value is None:
            raise ValueError("a call event without a value")
        event = event_of(record.value)
        if event is None:
            return
        if event.call_id != record.key:
            raise ValueError(f"an event of {event.call_id} under the key {record.key}")
        await self.log.keep(event)
