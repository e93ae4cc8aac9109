"""One attempt of a call, read off its events: what was decided, which legs were tried, how it ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from call_router.domain import call_event as e
from call_router.domain.explain import Explained

_ANSWERED = 200


@dataclass(frozen=True, slots=True)
class LegResult:
    attempt: int
    index: int
    agent_id: str
    uri: str
    started_at: datetime
    ringing_at: datetime | None = None
    early_media_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    # 0 while it is tried
    sip_status: int = 0
    cause: str = ""
    # the last of them
    heard: e.CallHeard | None = None


@dataclass
class Attempt:
    number: int
    switch_id: str
    edge_id: str
    # its INVITE, or the earliest that is known of it
    started_at: datetime
    started: e.CallStarted | None = None
    decision: Explained | None = None
    answered: tuple[datetime, e.CallAnswered] | None = None
    ended: tuple[datetime, e.CallEnded] | None = None
    _legs: dict[int, LegResult] = field(default_factory=dict)

    @property
    def answer(self) -> tuple[datetime, str] | None:
        """When, and by whom. None also where the agent answered and the caller was gone."""
        known = None if self.answered is None else (self.answered[0], self.answered[1].agent_id)
        if self.whole is None:
            return known
        if self.whole.answered_at is None:
            return None
        return self.whole.answered_at, self.whole.agent_id or (known[1] if known else "")

    @property
    def whole(self) -> e.WholeCall | None:
        """As the end tells it; None before."""
        return self.ended[1].whole if self.ended else None

    def legs(self) -> Iterator[LegResult]:
        """In order; those that the end of the call ended carry its cause."""
        told = {leg.index: leg for leg in self.whole.legs} if self.whole else {}
        for index in sorted(self._legs.keys() | told.keys()):
            leg = self._legs.get(index)
            if index in told:
                yield self._as_told(leg, told[index])
            elif leg is not None:
                yield self._as_ended(leg)

    def _as_told(self, leg: LegResult | None, end: e.EndedLeg) -> LegResult:
        leg = leg or LegResult(self.number, end.index, end.agent_id, end.uri, self.started_at)
        return replace(
            leg,
            agent_id=end.agent_id or leg.agent_id,
            uri=end.uri or leg.uri,
            started_at=end.started_at or leg.started_at,
            ringing_at=end.ringing_at or leg.ringing_at,
            answered_at=end.answered_at or leg.answered_at,
            ended_at=end.ended_at,
            sip_status=end.sip_status,
            cause=end.cause,
        )

    def _as_ended(self, leg: LegResult) -> LegResult:
        if leg.ended_at is not None or self.ended is None:
            return leg
        at, ended = self.ended
        status = leg.sip_status or ended.sip_status
        return replace(leg, sip_status=status, cause=ended.hangup_cause, ended_at=at)

    def hear(self, event: e.CallEvent) -> None:
        match event.fact:
            case e.CallStarted() as started:
                self.started = started
            case e.CallRouted(decision):
                self.decision = decision
                if decision.legs:
                    self._leg(0, event.at)
            case e.CallEnded() as ended:
                self.ended = event.at, ended
                self.started_at = ended.whole.started_at
            case _:
                self._hear_leg(event.fact, event.at)

    def _hear_leg(self, fact: e.OfLeg, at: datetime) -> None:
        leg = self._leg(fact.leg_index, at)
        match fact:
            case e.LegStarted(_, agent_id, uri):
                leg = replace(leg, agent_id=agent_id, uri=uri, started_at=at)
            case e.LegRinging():
                leg = replace(leg, ringing_at=at)
            case e.EarlyMedia():
                leg = replace(leg, early_media_at=at)
            case e.CallAnswered() as answered:
                self.answered = at, answered
                leg = replace(leg, answered_at=at, sip_status=_ANSWERED)
            case e.LegFailed() as failed:
                leg = replace(leg, sip_status=failed.sip_status, cause=failed.cause, ended_at=at)
                if failed.next == "next_leg":
                    self._leg(failed.next_leg_index, at)
            case e.CallHeard() as heard:
                leg = replace(leg, heard=heard)
        self._legs[leg.index] = leg

    def _leg(self, index: int, at: datetime) -> LegResult:
        """What is known of it; `at` is its start until its LegStarted says better."""
        if index not in self._legs:
            planned = self.decision.legs[index : index + 1] if self.decision else ()
            agent_id, uri = next(((leg.agent_id, leg.uri) for leg in planned), ("", ""))
            self._legs[index] = LegResult(self.number, index, agent_id, uri, at)
        return self._legs[index]


def attempts_of(events: Sequence[e.CallEvent]) -> tuple[Attempt, ...]:
    """`events` by attempt and seq, at least one."""
    return tuple(_attempt(number, of_it) for number, of_it in groupby(events, lambda event: event.attempt))


def _attempt(number: int, events: Iterable[e.CallEvent]) -> Attempt:
    of_it = list(events)
    switch_id = next((event.switch_id for event in of_it if event.switch_id), "")
    edge_id = next((event.edge_id for event in of_it if event.edge_id), "")
    attempt = Attempt(number, switch_id, edge_id, min(event.at for event in of_it))
    for event in of_it:
        attempt.hear(event)
    return attempt
