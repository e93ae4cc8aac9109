"""A call's record is read off its events, each counted once, in whatever order they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from call_router.domain import call_event as e
from call_router.domain.call_history import CallHistory
from call_router.domain.call_record import CallKeys, CallRecord, keys_of, record_of
from call_router.domain.explain import Explained
from call_router.domain.leg import Leg

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEGS = (Leg("agt_1", "First", "sip:1@a.example", 20), Leg("agt_2", "Second", "sip:2@a.example", 20))
DECISION = Explained("because", "routed", LEGS, 0, (), "+49301234567", "num_1", "pln_1", 1, "00")
MISSING = Explained("why", "table_missing", (), 503, (), "", "", "", 0, "00")
STARTED = e.CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060")
MEDIA = e.Media(3000, 2990, 5, 1.25, "PCMU")
FAILED = e.LegFailed(0, "agt_1", 503, "NORMAL_TEMPORARY_FAILURE", "Tries Second.", "next_leg", 1)
ANSWERED = e.CallAnswered(1, "agt_2", 3000)
TALKED = e.WholeCall(START, START, STARTED.caller, STARTED.called, STARTED.source)
UNANSWERED = replace(TALKED, answered_at=None)
ENDED = e.CallEnded("NORMAL_CLEARING", 200, 3000, 60000, MEDIA, "caller", TALKED)
CANCELLED = e.CallEnded("ORIGINATOR_CANCEL", 487, 5000, 0, None, "caller", UNANSWERED)
REFUSED = e.CallEnded("NORMAL_TEMPORARY_FAILURE", 503, 10, 0, None, "keepline", UNANSWERED)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def _events(*facts: e.Fact, attempt: int = 1, since: float = 0) -> list[e.CallEvent]:
    """One each second."""
    return [
        e.CallEvent(
            "call_1", at(since + second), "t_a", "trk_a", fact, attempt, f"sw{attempt}", "edge1", "inbound"
        )
        for second, fact in enumerate(facts, start=1)
    ]


def _record(events: Sequence[e.CallEvent]) -> CallRecord:
    return record_of(CallHistory.of(events))


def _one_after_another(events: Sequence[e.CallEvent]) -> CallHistory:
    first, *others = events
    return reduce(lambda history, event: history.with_events([event]), others, CallHistory.of([first]))


WHOLE = _events(
    STARTED,
    e.CallRouted(DECISION, "r1"),
    e.LegStarted(0, "agt_1", "sip:1@a.example"),
    FAILED,
    e.LegStarted(1, "agt_2", "sip:2@a.example"),
    e.LegRinging(1, "agt_2"),
    e.EarlyMedia(1, "agt_2"),
    ANSWERED,
    e.CallHeard(1, 1, e.Packets(150, 149), e.Packets(148, 150)),
    e.CallHeard(1, 2, e.Packets(1500, 1499), e.Packets(1498, None)),
    ENDED,
)
TURNED_AWAY = _events(STARTED, e.CallRouted(MISSING, "r1"), REFUSED)
TWO_SWITCHES = [
    *TURNED_AWAY,
    *_events(
        STARTED,
        e.CallRouted(DECISION, "r2"),
        e.LegStarted(0, "agt_1", "sip:1@a.example"),
        e.CallAnswered(0, "agt_1", 900),
        replace(ENDED, ended_by="agent"),
        attempt=2,
        since=1,
    ),
]


def test_the_record_tells_the_whole_call() -> None:
    record = _record(WHOLE)
    assert (record.id, record.tenant_id, record.trunk_id) == ("call_1", "t_a", "trk_a")
    assert (record.caller, record.called) == (STARTED.caller, STARTED.called)
    assert record.source_address == STARTED.source
    assert (record.attempt, record.switch_id, record.edge_id, record.direction) == (
        1,
        "sw1",
        "edge1",
        "inbound",
    )
    assert record.decision == DECISION
    assert (record.started_at, record.answered_at, record.ended_at) == (at(1), at(8), at(11))
    assert (record.sip_status, record.setup_ms, record.talk_ms) == (200, 3000, 60000)
    assert (record.media, record.agent_id, record.ended_by) == (MEDIA, "agt_2", "caller")
    first, second = record.legs
    assert (first.uri, first.sip_status, first.cause) == ("sip:1@a.example", 503, FAILED.cause)
    assert (first.started_at, first.ended_at, first.answered_at) == (at(3), at(4), None)
    assert (second.uri, second.sip_status, second.cause) == ("sip:2@a.example", 200, "NORMAL_CLEARING")
    assert (second.started_at, second.ringing_at, second.early_media_at) == (at(5), at(6), at(7))
    assert (second.answered_at, second.ended_at) == (at(8), at(11))
    assert second.heard == e.CallHeard(1, 2, e.Packets(1500, 1499), e.Packets(1498, None))


ESTIMATED = replace(WHOLE[-1], at=at(10.5), fact=replace(ENDED, estimated_within_ms=20_000))
CROSSED = _events(STARTED, e.CallRouted(DECISION), ANSWERED, CANCELLED, attempt=3, since=90)
ALL = [*WHOLE, *TWO_SWITCHES[len(TURNED_AWAY) :], ESTIMATED, *CROSSED]


@given(st.lists(st.sampled_from(ALL), max_size=40), st.permutations(ALL))
def test_in_any_order_and_however_often_the_same_events_make_the_same_record(
    again: list[e.CallEvent], events: list[e.CallEvent]
) -> None:
    assert _one_after_another([*events, *again]) == CallHistory.of(ALL)
    assert _one_after_another([*again, *events]) == CallHistory.of(ALL)


@given(st.lists(st.sampled_from(ALL), min_size=1))
def test_what_calls_are_looked_for_by_is_what_the_record_says(events: list[e.CallEvent]) -> None:
    history = CallHistory.of(events)
    record = record_of(history)
    number = record.decision.number if record.decision else ""
    assert keys_of(history) == CallKeys(
        record.started_at, number, record.answered_at, record.direction, record.agent_id
    )


def test_events_that_are_in_give_back_the_very_history() -> None:
    history = CallHistory.of(ALL)
    assert all(history.with_events([event]) is history for event in ALL)


def test_a_switch_that_turned_the_call_away_does_not_spoil_the_record_of_the_one_that_took_it() -> None:
    record = _record(TWO_SWITCHES)
    assert (record.attempt, record.switch_id) == (2, "sw2")
    assert record.decision == DECISION
    assert (record.sip_status, record.talk_ms, record.answered_at) == (200, 60000, at(5))
    assert (record.started_at, record.ended_by) == (at(1), "agent")
    assert [(leg.attempt, leg.agent_id, leg.sip_status) for leg in record.legs] == [(2, "agt_1", 200)]
    assert [(a.number, a.switch_id, a.sip_status, a.code, a.ended_at) for a in record.attempts] == [
        (1, "sw1", 503, "table_missing", at(3)),
        (2, "sw2", 200, "routed", at(6)),
    ]


def test_the_answered_attempt_counts_also_when_another_came_after_it() -> None:
    later = _events(STARTED, e.CallRouted(MISSING, "r3"), REFUSED, attempt=3, since=90)
    record = _record([*TWO_SWITCHES, *later])
    assert (record.attempt, record.sip_status, len(record.attempts)) == (2, 200, 3)


def test_of_attempts_that_nobody_answered_the_last_counts() -> None:
    record = _record([*TURNED_AWAY, *_events(STARTED, attempt=2, since=9)])
    assert (record.attempt, record.sip_status, record.ended_at) == (2, 0, None)


def test_an_estimated_end_says_so_until_the_end_is_known() -> None:
    guessed = _record([*WHOLE[:-1], ESTIMATED])
    assert (guessed.ended_at, guessed.ended_within_ms) == (at(10.5), 20_000)
    known = _record([*WHOLE[:-1], ESTIMATED, WHOLE[-1]])
    assert (known.ended_at, known.ended_within_ms) == (at(11), None)


def test_a_caller_who_gives_up_on_the_second_leg_leaves_it_in_the_record() -> None:
    record = _record(_events(STARTED, e.CallRouted(DECISION), FAILED, CANCELLED))
    assert [(leg.agent_id, leg.sip_status, leg.cause) for leg in record.legs] == [
        ("agt_1", 503, FAILED.cause),
        ("agt_2", 487, "ORIGINATOR_CANCEL"),
    ]


def test_an_answer_that_crossed_the_callers_cancel_was_none() -> None:
    crossed = _events(STARTED, e.CallRouted(DECISION), ANSWERED, CANCELLED)
    record = _record(crossed)
    assert (record.answered_at, record.agent_id, record.talk_ms, record.setup_ms) == (None, "", 0, 5000)
    assert keys_of(CallHistory.of(crossed)).answered_at is None


def test_a_refused_call_has_no_leg() -> None:
    record = _record(TURNED_AWAY)
    assert (record.legs, record.sip_status, record.answered_at) == ((), 503, None)
    assert (record.ended_by, record.setup_ms) == ("keepline", 10)


def test_a_call_that_goes_on_has_no_end_yet() -> None:
    ringing = _record(WHOLE[:6])
    assert (ringing.sip_status, ringing.ended_at, ringing.legs[-1].sip_status) == (0, None, 0)
    talking = _record(WHOLE[:8])
    assert (talking.setup_ms, talking.sip_status, talking.legs[-1].sip_status) == (3000, 0, 200)
    assert talking.legs[-1].ended_at is None
