"""Calls while they last: each as its events tell it up to one of them.

The newest events are in memory. A call whose beginning is older is completed from its record, which is some
seconds behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from call_router.domain.call_event import CallEvent, CallStarted
from call_router.domain.call_history import CallHistory
from call_router.domain.call_record import CallRecord, record_of
from call_router.ports import CallStore
from servicekit.streams import Entry, Ring

MOST = 500
"""Calls that are looked at for how things stand."""


@dataclass(frozen=True, slots=True)
class GoingOn:
    """complete: there are no others."""

    calls: Sequence[CallRecord]
    complete: bool


@dataclass(frozen=True, slots=True)
class LiveCalls:
    recent: Ring[CallEvent]
    store: CallStore

    async def after(self, entry: Entry[CallEvent]) -> CallRecord:
        """The call as it stood with this event. Raises Unavailable."""
        # for a reader that is behind it may have left the memory meanwhile
        events = [*self._told(entry.key, entry.number), entry.value]
        if not any(_begins(event) for event in events):
            kept = (await self.store.find([entry.key])).get(entry.key)
            if kept is not None and kept.history.tenant_id == entry.tenant_id:
                later = {
                    _name(one.value) for one in self.recent.of_key(entry.key) if one.number > entry.number
                }
                events = [*(one for one in kept.history.events if _name(one) not in later), *events]
        return record_of(CallHistory.of(events))

    async def going_on(self, tenant_id: str, number: int) -> GoingOn:
        """Newest first, as of the entry of that number or later. Raises Unavailable."""
        kept = await self.store.going_on(tenant_id, MOST + 1)
        by_call = {one.history.call_id: one.history for one in kept[:MOST]}
        for entry in self.recent.of_tenant(tenant_id, 0):
            before, event = by_call.get(entry.key), entry.value
            if entry.number <= number and (before is not None or _begins(event)):
                by_call[entry.key] = before.with_events([event]) if before else CallHistory.of([event])
        records = (record_of(history) for history in by_call.values())
        lasting = [one for one in records if one.ended_at is None]
        lasting.sort(key=lambda one: (one.started_at, one.id), reverse=True)
        return GoingOn(lasting[:MOST], len(kept) <= MOST and len(lasting) <= MOST)

    def _told(self, call_id: str, number: int) -> list[CallEvent]:
        return [one.value for one in self.recent.of_key(call_id) if one.number <= number]


def _begins(event: CallEvent) -> bool:
    return event.attempt == 1 and isinstance(event.fact, CallStarted)


def _name(event: CallEvent) -> tuple[int, int]:
    return event.attempt, event.seq
