"""Calls of a tenant, and how they come to be known: from their events, many calls at a time."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain

from call_router.domain.call_event import CallEvent, CallStarted
from call_router.domain.call_history import CallHistory
from call_router.domain.call_record import CallRecord, record_of
from call_router.domain.hidden_numbers import Hide
from call_router.ports import CallStore, Change, Kept, LatestBy
from servicekit.api.lists import ListAsked
from servicekit.errors import Unavailable
from servicekit.paging import Page
from servicekit.refusals import not_found

_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class KeptCall:
    """revision: grows with each write of the record."""

    record: CallRecord
    revision: int


@dataclass(frozen=True, slots=True)
class CallLog:
    """`hide`: with it records hold what it makes of telephone numbers, and so are they looked for."""

    store: CallStore
    hide: Hide | None = None

    async def get(self, tenant_id: str, call_id: str) -> KeptCall:
        found = await self.kept(tenant_id, call_id)
        return KeptCall(record_of(found.history), found.revision)

    async def kept(self, tenant_id: str, call_id: str) -> Kept:
        """The events that the record is read off."""
        found = (await self.store.find([call_id])).get(call_id)
        if found is None or found.history.tenant_id != tenant_id:
            raise not_found("call", call_id)
        return found

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[CallRecord]:
        if self.hide is not None and "number" in asked.filters:
            hidden = tuple(self.hide(str(number)) for number in asked.filters["number"])
            asked = replace(asked, filters={**asked.filters, "number": hidden})
        page = await self.store.page(tenant_id, asked)
        return Page([record_of(kept.history) for kept in page.items], page.next_page_token)

    async def latest(
        self, tenant_id: str, by: LatestBy, values: Sequence[str]
    ) -> Sequence[tuple[str, CallRecord | None]]:
        """Each value once, with its newest call."""
        sought = {value: value for value in values}
        if self.hide is not None and by == "number":
            sought = {value: self.hide(value) for value in values}
        found = await self.store.latest(tenant_id, by, list(dict.fromkeys(sought.values())))
        kept = {value: found.get(text) for value, text in sought.items()}
        return [(value, None if one is None else record_of(one.history)) for value, one in kept.items()]

    async def keep(self, events: Sequence[CallEvent]) -> Sequence[CallEvent]:
        """One write for each call, and none where nothing is new. Gives back what cannot be kept: events of a
        call that is another tenant's, or whose record is there and cannot be read. Raises Unavailable;
        the same events may then be given again."""
        by_call: dict[str, list[CallEvent]] = {}
        for event in events:
            by_call.setdefault(event.call_id, []).append(event)
        # a call whose start is here is most likely new, and is written without a look
        asked = [call_id for call_id, of_it in by_call.items() if not _starts(of_it)]
        refused: dict[str, Sequence[CallEvent]] = {}
        lost: Set[str] = set()
        for _ in range(_ROUNDS):
            known = await self.store.find(asked) if asked else {}
            changes, strange = _changes(by_call, known)
            refused |= strange
            before, lost = lost, await self.store.write(changes) if changes else set()
            # its place is taken, and what takes it was not found: it cannot be read
            unreadable = {call_id for call_id in lost & before if call_id not in known}
            refused |= {call_id: by_call[call_id] for call_id in unreadable}
            lost -= unreadable
            if not lost:
                return list(chain.from_iterable(refused.values()))
            by_call = {call_id: by_call[call_id] for call_id in lost}
            asked = list(by_call)
        raise Unavailable("record_contended", f"{len(by_call)} call records are being changed by others")


def _starts(events: Iterable[CallEvent]) -> bool:
    return any(isinstance(event.fact, CallStarted) for event in events)


def _changes(
    by_call: Mapping[str, Sequence[CallEvent]], known: Mapping[str, Kept]
) -> tuple[list[Change], dict[str, Sequence[CallEvent]]]:
    """What is to be written, and the events of other tenants than their call's."""
    changes: list[Change] = []
    strange: dict[str, Sequence[CallEvent]] = {}
    for call_id, events in by_call.items():
        before = known.get(call_id)
        tenant_id = before.history.tenant_id if before else events[0].tenant_id
        own = [event for event in events if event.tenant_id == tenant_id]
        if len(own) < len(events):
            strange[call_id] = [event for event in events if event.tenant_id != tenant_id]
        if before is None:
            changes.append(Change(CallHistory.of(own), 0))
            continue
        after = before.history.with_events(own)
        if after is not before.history:
            changes.append(Change(after, before.revision))
    return changes, strange
