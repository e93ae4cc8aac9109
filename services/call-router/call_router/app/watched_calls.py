"""The calls that are in the switch now, as the router that watches it knows them. Nothing here waits."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from call_router.domain.call_event import NODE_LOST, CallEnded, CallEvent, CallRouted, EndedBy, LegFailed
from call_router.domain.call_machine import advance
from call_router.domain.hidden_numbers import Hide, without_numbers
from call_router.domain.live_call import Happening, HungUp, LiveCall, Seen
from call_router.ports import EventSink
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
# channels whose end was told: a late event must not bring one back
REMEMBERED_ENDS = 20_000


class WatchedCalls:
    """`ended` is told of each channel whose end was put into the sink. With `hide` no telephone number is
    told, neither as an event nor in the log."""

    def __init__(self, events: EventSink, ended: Callable[[str], None], hide: Hide | None = None) -> None:
        self._events = events
        self._ended = ended
        self._hide = hide
        self._calls: dict[str, LiveCall] = {}
        self._over: dict[str, None] = {}
        self._restored: set[str] = set()
        # grows with each change; who keeps a copy compares it
        self.revision = 0
        self._ends = metrics.counter(names.CALLS)
        self._leg_failures = metrics.counter(names.LEG_FAILURES)

    @property
    def calls(self) -> Mapping[str, LiveCall]:
        """By the provider's channel."""
        return self._calls

    def happened(self, happening: Happening) -> None:
        uuid = happening.channel.uuid if isinstance(happening, Seen | HungUp) else happening.uuid
        if uuid in self._over:
            if isinstance(happening, HungUp):
                self._ended(uuid)
            return
        before = self._calls.get(uuid)
        if before is not None and uuid in self._restored:
            self._restored.discard(uuid)
            before = replace(before, told=frozenset())
        step = advance(before, happening)
        told = self._to_tell(step.events, happening, before)
        for event in told:
            self._events.put(event)
        if step.call is not before:
            self._remember(uuid, step.call)
        for event in told:
            self._tell(event)
        if isinstance(happening, HungUp):
            self._ended(uuid)

    def restore(self, calls: Iterable[LiveCall]) -> None:
        """What the watcher before this one knew. Whether all of it left that process is not known, so
        what can be seen again is told again. What is known here already is newer."""
        for call in calls:
            if call.channel.uuid in self._calls or call.channel.uuid in self._over:
                continue
            self._calls[call.channel.uuid] = call
            self._restored.add(call.channel.uuid)

    def lost(self, uuid: str, cause: str, seen_at: datetime, until: datetime) -> None:
        """It ended between these two, and nobody saw it."""
        call = self._calls.get(uuid)
        if call is None:
            return
        self._restored.discard(uuid)
        began = call.answered.at if call.answered else call.channel.started_at
        at = max(seen_at, began)
        within = max(0, round((until - at).total_seconds() * 1000))
        answered_at = call.answered.at if call.answered else None
        by: EndedBy = "keepline" if cause == NODE_LOST else ""
        end = HungUp(
            call.channel, at, cause, answered_at=answered_at, ended_by=by, estimated_within_ms=within
        )
        self.happened(end)

    def _to_tell(
        self, events: Sequence[CallEvent], happening: Happening, known: LiveCall | None
    ) -> Sequence[CallEvent]:
        if self._hide is None or not events:
            return events
        seen = happening if isinstance(happening, Seen | HungUp) else known
        called = seen.channel.call.called if seen is not None else ""
        return [without_numbers(event, called, self._hide) for event in events]

    def _remember(self, uuid: str, call: LiveCall | None) -> None:
        self.revision += 1
        if call is not None:
            self._calls[uuid] = call
            return
        self._calls.pop(uuid, None)
        self._over[uuid] = None
        if len(self._over) > REMEMBERED_ENDS:
            del self._over[next(iter(self._over))]

    def _tell(self, event: CallEvent) -> None:
        """One sentence for each decision."""
        fact, call_id, tenant_id = event.fact, event.call_id, event.tenant_id
        if isinstance(fact, CallRouted):
            code = fact.decision.code
            _log.info(
                fact.decision.reason, call_id=call_id, tenant_id=tenant_id, code=code, by=fact.router_id
            )
        elif isinstance(fact, LegFailed):
            self._leg_failures.add(1, {"sip_status": fact.sip_status})
            leg, status, cause = fact.leg_index, fact.sip_status, fact.cause
            _log.info(
                f"Leg {leg} failed. {fact.reason}",
                call_id=call_id,
                tenant_id=tenant_id,
                sip_status=status,
                cause=cause,
            )
        elif isinstance(fact, CallEnded):
            self._ends.add(1, {"sip_status": fact.sip_status})
            _log.info(
                f"The call ended after {fact.talk_ms / 1000:.1f} s of talk.",
                call_id=call_id,
                tenant_id=tenant_id,
                sip_status=fact.sip_status,
                cause=fact.hangup_cause,
                ended_by=fact.ended_by,
            )
