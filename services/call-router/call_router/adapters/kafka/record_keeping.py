"""Keeps what the topic of call events says, in batches: the one way by which call records come to be.

A call that goes on is held for some seconds, because most of its events come close together and each write
costs the same: the record of a short call is written once. What is held is not committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from call_router.adapters.messages.events import event_of
from call_router.app.call_log import CallLog
from call_router.domain.call_event import CallEnded, CallEvent
from servicekit.clock import Clock
from servicekit.kafka import Handled, Read, Record


@dataclass(frozen=True, slots=True)
class RecordKeeping:
    """Implements servicekit.kafka.Handler."""

    log: CallLog
    clock: Clock
    hold_seconds: float

    def read(self, record: Record) -> CallEvent | None:
        """None for a kind of event that is not known here. Raises ValueError for what says nothing of a
        call."""
        if record.value is None:
            raise ValueError("a call event without a value")
        event = event_of(record.value)
        if event is not None and event.call_id != record.key:
            raise ValueError(f"an event of {event.call_id} under the key {record.key}")
        return event

    async def handle(self, batch: Sequence[Read[CallEvent]], *, may_hold: bool) -> Handled[CallEvent]:
        held = self._held([read.value for read in batch]) if may_hold else frozenset()
        now = [read for read in batch if read.value.call_id not in held]
        strange = await self.log.keep([read.value for read in now])
        why = ValueError("an event of another tenant's call, or of one whose record cannot be read")
        return Handled(
            later=[read for read in batch if read.value.call_id in held],
            refused=[(read, why) for read in now if strange and read.value in strange],
        )

    def _held(self, events: Sequence[CallEvent]) -> frozenset[str]:
        """The calls that go on and of which nothing is older than hold_seconds."""
        since = self.clock.now() - timedelta(seconds=self.hold_seconds)
        due = {event.call_id for event in events if isinstance(event.fact, CallEnded) or event.at <= since}
        return frozenset({event.call_id for event in events} - due)
