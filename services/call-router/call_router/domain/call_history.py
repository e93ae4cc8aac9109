"""What is kept of a call: its events, each once, in whatever order and however often they came."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from call_router.domain.call_event import CallEnded, CallEvent


@dataclass(frozen=True, slots=True)
class CallHistory:
    """At least one event; all of one call and one tenant."""

    # by attempt and seq
    events: tuple[CallEvent, ...]

    @classmethod
    def of(cls, events: Iterable[CallEvent]) -> Self:
        return cls(_each_once(events))

    def with_events(self, events: Iterable[CallEvent]) -> Self:
        """The very same when nothing of it is new."""
        all_of_them = _each_once((*self.events, *events))
        return self if all_of_them == self.events else type(self)(all_of_them)

    @property
    def call_id(self) -> str:
        return self.events[0].call_id

    @property
    def tenant_id(self) -> str:
        return self.events[0].tenant_id


def _each_once(events: Iterable[CallEvent]) -> tuple[CallEvent, ...]:
    told: dict[tuple[int, int], CallEvent] = {}
    for event in events:
        name = event.attempt, event.seq
        held = told.get(name)
        if held is None or _precedes(event, held):
            told[name] = event
    return tuple(told[name] for name in sorted(told))


def _precedes(event: CallEvent, held: CallEvent) -> bool:
    """Which of two accounts of one event counts: an end that was seen before an estimated one, else the
    earlier."""
    return (_estimated(event), event.at) < (_estimated(held), held.at)


def _estimated(event: CallEvent) -> bool:
    return isinstance(event.fact, CallEnded) and event.fact.estimated_within_ms is not None
