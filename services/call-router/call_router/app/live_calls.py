"""The calls that are in the switch now: what happens to them goes in, commands and events come out.

Rule: nothing here waits. Commands leave before events are written and before anything is put into the log.
"""

from collections.abc import Callable, Iterable, Mapping

from call_router.domain import call_state as s
from call_router.domain.advance import advance
from call_router.domain.call_event import CallEnded, CallEvent, CallRouted, LegFailed
from call_router.domain.outcome import ROUTER_DRAINING
from call_router.domain.route import Call, Decision, route
from call_router.domain.table import RoutingTable
from call_router.ports import EventSink, SwitchControl
from servicekit.clock import Clock
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
# channels whose end was heard: a late event must not bring one back
REMEMBERED_ENDS = 20_000


class LiveCalls:
    def __init__(
        self,
        table: RoutingTable,
        clock: Clock,
        chance: Callable[[], float],
        switch: SwitchControl,
        events: EventSink,
    ) -> None:
        self._table = table
        self._clock = clock
        self._chance = chance
        self._switch = switch
        self._events = events
        self._states: dict[str, s.State] = {}
        self._over: dict[str, None] = {}
        self.draining = False
        # grows with each change of state; who keeps a copy compares it
        self.revision = 0
        self._calls = metrics.counter(names.CALLS)
        self._leg_failures = metrics.counter(names.LEG_FAILURES)

    def happened(self, happening: s.Happening) -> None:
        uuid = happening.channel.uuid
        if uuid in self._over:
            return
        before = self._states.get(uuid)
        step = advance(before, happening, self.decide)
        for command in step.commands:
            self._switch.do(command)
        self._remember(uuid, step.state)
        for event in step.events:
            self._events.put(event)
        for event in step.events:
            self._tell(event)

    def restore(self, states: Iterable[s.State]) -> None:
        """Calls that were in hand when the process before this one ended."""
        for state in states:
            self._states.setdefault(state.channel.uuid, state)

    @property
    def states(self) -> Mapping[str, s.State]:
        return self._states

    def drain(self) -> str | None:
        """From now on new calls are refused. Says what is still being set up."""
        self.draining = True
        setting_up = sum(not isinstance(state, s.Answered) for state in self._states.values())
        return f"{setting_up} calls that nobody has answered yet" if setting_up else None

    def decide(self, call: Call) -> Decision:
        if self.draining:
            return Decision(ROUTER_DRAINING, call, self._clock.now(), self._table.version)
        return route(call, self._table, self._clock.now(), self._chance())

    def _remember(self, uuid: str, state: s.State | None) -> None:
        if state is None or state is self._states.get(uuid):
            return
        self.revision += 1
        if not isinstance(state, s.Ended):
            self._states[uuid] = state
            return
        self._states.pop(uuid, None)
        self._over[uuid] = None
        if len(self._over) > REMEMBERED_ENDS:
            del self._over[next(iter(self._over))]

    def _tell(self, event: CallEvent) -> None:
        """One sentence for each decision."""
        fact, call_id, tenant_id = event.fact, event.call_id, event.tenant_id
        if isinstance(fact, CallRouted):
            code = fact.decision.code
            _log.info(fact.decision.reason, call_id=call_id, tenant_id=tenant_id, code=code)
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
            self._calls.add(1, {"sip_status": fact.sip_status})
            _log.info(
                f"The call ended after {fact.talk_ms / 1000:.1f} s of talk.",
                call_id=call_id,
                tenant_id=tenant_id,
                sip_status=fact.sip_status,
                cause=fact.hangup_cause,
                ended_by=fact.ended_by,
            )
