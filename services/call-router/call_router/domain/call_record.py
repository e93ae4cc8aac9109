"""A call as it is shown: read off its history, over all attempts.

The attempt that counts is the last one that was answered, else the last one. So a switch that refused the
call before another took it does not spoil the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from call_router.domain.attempt import Attempt, LegResult, attempts_of
from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallRouted,
    Direction,
    EndedBy,
    Media,
    WholeCall,
)
from call_router.domain.call_history import CallHistory
from call_router.domain.explain import Explained


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One offer of the call to one switch."""

    number: int
    switch_id: str
    edge_id: str
    started_at: datetime
    ended_at: datetime | None
    # what the edge got of this switch in the end; 0 while it lasts
    sip_status: int
    hangup_cause: str
    # of the decision; "" before it
    code: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    id: str
    tenant_id: str
    trunk_id: str
    direction: Direction
    # the one that counts
    attempt: int
    switch_id: str
    edge_id: str
    # the earliest that is known of the call
    started_at: datetime
    caller: str
    called: str
    # E.164 of the called number; "" where none was recognised
    number: str
    # address and port that the INVITE came from
    source_address: str
    decision: Explained | None
    # of all attempts, in order
    legs: tuple[LegResult, ...]
    attempts: tuple[AttemptResult, ...]
    answered: bool
    answered_at: datetime | None
    ended_at: datetime | None
    # not None: nobody saw the end; it was at most so much after ended_at
    ended_within_ms: int | None
    ended_by: EndedBy
    hangup_cause: str
    # what the provider got in the end; 0 while the call lasts
    sip_status: int
    setup_ms: int
    talk_ms: int
    media: Media | None
    # of the leg that was answered
    agent_id: str


@dataclass(frozen=True, slots=True)
class CallKeys:
    """What calls are looked for by: the same as in the record, without making all of it."""

    started_at: datetime
    # E.164 of the called number; "" where none was recognised
    number: str
    answered_at: datetime | None
    direction: Direction
    # of the leg that was answered; "" where none was
    agent_id: str


def keys_of(history: CallHistory) -> CallKeys:
    numbers: dict[int, str] = {}
    answers: dict[int, tuple[datetime, str]] = {}
    for event in history.events:
        match event.fact:
            case CallRouted(decision):
                numbers[event.attempt] = decision.number
            case CallAnswered() as answer:
                answers[event.attempt] = event.at, answer.agent_id
            case CallEnded() as ended if ended.whole.answered_at is None:
                answers.pop(event.attempt, None)
    counts = max(answers, default=history.events[-1].attempt)
    started_at = min(event.at for event in history.events)
    answered_at, agent_id = answers.get(counts, (None, ""))
    direction = history.events[0].direction
    return CallKeys(started_at, numbers.get(counts, ""), answered_at, direction, agent_id)


NOT_ENDED = CallEnded("", 0, 0, 0, None, "", WholeCall(datetime.min, None, "", "", ""))


def record_of(history: CallHistory) -> CallRecord:
    attempts = attempts_of(history.events)
    counts = next((a for a in reversed(attempts) if a.answer is not None), attempts[-1])
    first = history.events[0]
    started = counts.started or next((a.started for a in attempts if a.started), None)
    answered_at, answered = counts.answer or (None, None)
    ended_at, ended = counts.ended or (None, NOT_ENDED)
    setup_ms = answered.setup_ms if answered is not None and ended_at is None else ended.setup_ms
    return CallRecord(
        id=history.call_id,
        tenant_id=history.tenant_id,
        trunk_id=first.trunk_id,
        direction=first.direction,
        attempt=counts.number,
        switch_id=counts.switch_id,
        edge_id=counts.edge_id,
        started_at=min(event.at for event in history.events),
        caller=started.caller if started else "",
        called=started.called if started else "",
        number=counts.decision.number if counts.decision else "",
        source_address=started.source if started else "",
        decision=counts.decision,
        legs=tuple(leg for attempt in attempts for leg in attempt.legs()),
        attempts=tuple(_results(attempts)),
        answered=answered_at is not None,
        answered_at=answered_at,
        ended_at=ended_at,
        ended_within_ms=ended.estimated_within_ms,
        ended_by=ended.ended_by,
        hangup_cause=ended.hangup_cause,
        sip_status=ended.sip_status,
        setup_ms=setup_ms,
        talk_ms=ended.talk_ms,
        media=ended.media,
        agent_id=answered.agent_id if answered else "",
    )


def _results(attempts: tuple[Attempt, ...]) -> Iterator[AttemptResult]:
    for attempt in attempts:
        ended_at, ended = attempt.ended or (None, NOT_ENDED)
        yield AttemptResult(
            number=attempt.number,
            switch_id=attempt.switch_id,
            edge_id=attempt.edge_id,
            started_at=attempt.started_at,
            ended_at=ended_at,
            sip_status=ended.sip_status,
            hangup_cause=ended.hangup_cause,
            code=attempt.decision.code if attempt.decision else "",
        )
