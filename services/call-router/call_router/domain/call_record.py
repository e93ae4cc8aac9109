"""A call as it is shown: read off its history, over all attempts.

The attempt that counts is the last one that was answered, else the last one. So a switch that refused the
call before another took it does not spoil the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from call_router.domain.attempt import Attempt, LegResult, attempts_of
from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallRouted,
    CallStarted,
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

    attempt: int
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
    # of that attempt, as all times here are
    started_at: datetime
    caller: str
    called: str
    # E.164 of the called number; "" where none was recognised
    number: str
    source_address: str
    decision: Explained | None
    # of all attempts, in order
    legs: tuple[LegResult, ...]
    attempts: tuple[AttemptResult, ...]
    answered: bool
    answered_at: datetime | None
    ended_at: datetime | None
    # not None: nobody saw the end; it was at most so much after ended_at
    estimated_within_ms: int | None
    ended_by: EndedBy
    hangup_cause: str
    # what the provider got in the end; 0 while the call lasts
    sip_status: int
    # why the caller was refused; "" for a call that was answered or that the caller gave up
    refusal_code: str
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
    # whether the end of the attempt that counts is known
    ended: bool


def keys_of(history: CallHistory) -> CallKeys:
    numbers: dict[int, str] = {}
    answers: dict[int, tuple[datetime, str]] = {}
    starts: dict[int, datetime] = {}
    ended: set[int] = set()
    for event in history.events:
        match event.fact:
            case CallRouted(decision):
                numbers[event.attempt] = decision.number
            case CallAnswered() as answer:
                answers[event.attempt] = event.at, answer.agent_id
            case CallEnded(whole=whole):
                ended.add(event.attempt)
                starts[event.attempt] = whole.started_at
                numbers[event.attempt] = whole.number or numbers.get(event.attempt, "")
                _, agent_id = answers.pop(event.attempt, (None, ""))
                if whole.answered_at is not None:
                    answers[event.attempt] = whole.answered_at, whole.agent_id or agent_id
    counts = max(answers, default=history.events[-1].attempt)
    started_at = starts.get(counts) or min(one.at for one in history.events if one.attempt == counts)
    answered_at, agent_id = answers.get(counts, (None, ""))
    direction = history.events[0].direction
    return CallKeys(started_at, numbers.get(counts, ""), answered_at, direction, agent_id, counts in ended)


NOT_ENDED = CallEnded("", 0, 0, 0, None, "", WholeCall(datetime.min, None, "", "", ""))


def record_of(history: CallHistory) -> CallRecord:
    attempts = attempts_of(history.events)
    counts = next((a for a in reversed(attempts) if a.answer is not None), attempts[-1])
    first = history.events[0]
    started = counts.started or next((a.started for a in attempts if a.started), None)
    whole = counts.whole or (_told_at_the_start(started) if started else NOT_ENDED.whole)
    answered_at, agent_id = counts.answer or (None, "")
    ended_at, ended = counts.ended or (None, NOT_ENDED)
    _, answered = counts.answered or (None, None)
    setup_ms = answered.setup_ms if answered is not None and ended_at is None else ended.setup_ms
    return CallRecord(
        id=history.call_id,
        tenant_id=history.tenant_id,
        trunk_id=first.trunk_id,
        direction=first.direction,
        attempt=counts.number,
        switch_id=counts.switch_id,
        edge_id=counts.edge_id,
        started_at=counts.started_at,
        caller=whole.caller,
        called=whole.called,
        number=whole.number or (counts.decision.number if counts.decision else ""),
        source_address=whole.source_address,
        decision=counts.decision,
        legs=tuple(leg for attempt in attempts for leg in attempt.legs()),
        attempts=tuple(_results(attempts)),
        answered=answered_at is not None,
        answered_at=answered_at,
        ended_at=ended_at,
        estimated_within_ms=ended.estimated_within_ms,
        ended_by=ended.ended_by,
        hangup_cause=ended.hangup_cause,
        sip_status=ended.sip_status,
        refusal_code=whole.refusal_code,
        setup_ms=setup_ms,
        talk_ms=ended.talk_ms,
        media=ended.media,
        agent_id=agent_id,
    )


def _told_at_the_start(started: CallStarted) -> WholeCall:
    return replace(
        NOT_ENDED.whole,
        caller=started.caller,
        called=started.called,
        source_address=started.source_address,
    )


def _results(attempts: tuple[Attempt, ...]) -> Iterator[AttemptResult]:
    for attempt in attempts:
        ended_at, ended = attempt.ended or (None, NOT_ENDED)
        yield AttemptResult(
            attempt=attempt.number,
            switch_id=attempt.switch_id,
            edge_id=attempt.edge_id,
            started_at=attempt.started_at,
            ended_at=ended_at,
            sip_status=ended.sip_status,
            hangup_cause=ended.hangup_cause,
            code=attempt.decision.code if attempt.decision else "",
        )
