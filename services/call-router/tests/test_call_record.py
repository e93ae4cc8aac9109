"""A call's record is read off its events, each counted once, in whatever order they came."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.call_shape import call_document
from call_router.adapters.messages.calls import record_message
from call_router.adapters.messages.ended import ended_message, ended_of
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
MEDIA = e.Media(3000, 2990, 5, 1.25, "opus", "PCMU")
FAILED = e.LegFailed(0, "agt_1", 503, "NORMAL_TEMPORARY_FAILURE", "Tries Second.", "next_leg", 1)
ANSWERED = e.CallAnswered(1, "agt_2", 7000)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def _whole(started: float, answered: float | None = None) -> e.WholeCall:
    since = None if answered is None else at(answered)
    return e.WholeCall(at(started), since, STARTED.caller, STARTED.called, STARTED.source_address)


def _talked(started: float, answered: float, ended: float) -> e.CallEnded:
    setup, talk = round((answered - started) * 1000), round((ended - answered) * 1000)
    whole = _whole(started, answered)
    return e.CallEnded("NORMAL_CLEARING", 200, setup, talk, MEDIA, "caller", whole)


def _cancelled(started: float, ended: float) -> e.CallEnded:
    setup = round((ended - started) * 1000)
    return e.CallEnded("ORIGINATOR_CANCEL", 487, setup, 0, None, "caller", _whole(started))


def _refused(started: float, ended: float) -> e.CallEnded:
    setup, whole = round((ended - started) * 1000), replace(_whole(started), refusal_code="table_missing")
    return e.CallEnded("NORMAL_TEMPORARY_FAILURE", 503, setup, 0, None, "keepline", whole)


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
    ENDED := _talked(1, 8, 11),
)
TURNED_AWAY = _events(STARTED, e.CallRouted(MISSING, "r1"), _refused(1, 3))
TWO_SWITCHES = [
    *TURNED_AWAY,
    *_events(
        STARTED,
        e.CallRouted(DECISION, "r2"),
        e.LegStarted(0, "agt_1", "sip:1@a.example"),
        e.CallAnswered(0, "agt_1", 3000),
        replace(_talked(2, 5, 6), ended_by="agent"),
        attempt=2,
        since=1,
    ),
]


def test_the_record_tells_the_whole_call() -> None:
    record = _record(WHOLE)
    assert (record.id, record.tenant_id, record.trunk_id) == ("call_1", "t_a", "trk_a")
    assert (record.caller, record.called) == (STARTED.caller, STARTED.called)
    assert record.source_address == STARTED.source_address
    assert (record.attempt, record.switch_id, record.edge_id, record.direction) == (
        1,
        "sw1",
        "edge1",
        "inbound",
    )
    assert record.decision == DECISION
    assert (record.started_at, record.answered_at, record.ended_at) == (at(1), at(8), at(11))
    assert (record.sip_status, record.setup_ms, record.talk_ms) == (200, 7000, 3000)
    assert (record.media, record.agent_id, record.ended_by) == (MEDIA, "agt_2", "caller")
    first, second = record.legs
    assert (first.uri, first.sip_status, first.cause) == ("sip:1@a.example", 503, FAILED.cause)
    assert (first.started_at, first.ended_at, first.answered_at) == (at(3), at(4), None)
    assert (second.uri, second.sip_status, second.cause) == ("sip:2@a.example", 200, "NORMAL_CLEARING")
    assert (second.started_at, second.ringing_at, second.early_media_at) == (at(5), at(6), at(7))
    assert (second.answered_at, second.ended_at) == (at(8), at(11))
    assert second.heard == e.CallHeard(1, 2, e.Packets(1500, 1499), e.Packets(1498, None))


def test_all_that_was_measured_is_told_by_every_way() -> None:
    record, ended = _record(WHOLE), _talked(1, 8, 11)
    for message in (record_message(record).media, ended_message(ended, at(11)).media):
        assert {field.name: value for field, value in message.ListFields()} == asdict(MEDIA)
    assert call_document(record)["media"] == asdict(MEDIA)
    assert ended_of(ended_message(ended, at(11))) == ended


ESTIMATED = replace(WHOLE[-1], at=at(10.5), fact=replace(_talked(1, 8, 10.5), estimated_within_ms=20_000))
CROSSED = _events(STARTED, e.CallRouted(DECISION), ANSWERED, _cancelled(91, 94), attempt=3, since=90)
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
    ended = record.ended_at is not None
    assert keys_of(history) == CallKeys(
        record.started_at, record.number, record.answered_at, record.direction, record.agent_id, ended
    )


@given(st.lists(st.sampled_from([event for event in ALL if event is not ESTIMATED]), min_size=1))
def test_every_duration_is_the_difference_of_the_times_beside_it(events: list[e.CallEvent]) -> None:
    record = _record(events)
    if record.ended_at is not None:
        until = record.answered_at or record.ended_at
        assert timedelta(milliseconds=record.setup_ms) == until - record.started_at
        assert timedelta(milliseconds=record.talk_ms) == record.ended_at - until


@given(st.lists(st.sampled_from(WHOLE[:-1])))
def test_the_end_alone_tells_what_the_events_before_it_would(others: list[e.CallEvent]) -> None:
    legs = tuple(
        e.EndedLeg(
            one.index,
            one.agent_id,
            one.uri,
            one.sip_status,
            one.cause,
            one.started_at,
            one.ringing_at,
            one.answered_at,
            one.ended_at or at(11),
        )
        for one in _record(WHOLE).legs
    )
    whole = replace(ENDED.whole, number=DECISION.number, agent_id="agt_2", legs=legs)
    end = replace(WHOLE[-1], fact=replace(ENDED, whole=whole))
    known, all_of_it = _record([*others, end]), _record([*WHOLE[:-1], end])
    for name in ("caller", "called", "number", "started_at", "answered_at", "ended_at", "setup_ms", "talk_ms",
                 "agent_id", "answered"):  # fmt: skip
        assert getattr(known, name) == getattr(all_of_it, name), name
    assert [(leg.uri, leg.sip_status, leg.ended_at) for leg in known.legs] == [
        (leg.uri, leg.sip_status, leg.ended_at) for leg in all_of_it.legs
    ]


def test_events_that_are_in_give_back_the_very_history() -> None:
    history = CallHistory.of(ALL)
    assert all(history.with_events([event]) is history for event in ALL)


def test_a_switch_that_turned_the_call_away_does_not_spoil_the_record_of_the_one_that_took_it() -> None:
    record = _record(TWO_SWITCHES)
    assert (record.attempt, record.switch_id) == (2, "sw2")
    assert record.decision == DECISION
    assert (record.sip_status, record.talk_ms, record.answered_at) == (200, 1000, at(5))
    assert (record.started_at, record.setup_ms, record.ended_by) == (at(2), 3000, "agent")
    assert [(leg.attempt, leg.agent_id, leg.sip_status) for leg in record.legs] == [(2, "agt_1", 200)]
    assert [
        (a.attempt, a.switch_id, a.sip_status, a.code, a.started_at, a.ended_at) for a in record.attempts
    ] == [
        (1, "sw1", 503, "table_missing", at(1), at(3)),
        (2, "sw2", 200, "routed", at(2), at(6)),
    ]


def test_the_answered_attempt_counts_also_when_another_came_after_it() -> None:
    later = _events(STARTED, e.CallRouted(MISSING, "r3"), _refused(91, 93), attempt=3, since=90)
    record = _record([*TWO_SWITCHES, *later])
    assert (record.attempt, record.sip_status, len(record.attempts)) == (2, 200, 3)


def test_of_attempts_that_nobody_answered_the_last_counts() -> None:
    record = _record([*TURNED_AWAY, *_events(STARTED, attempt=2, since=9)])
    assert (record.attempt, record.sip_status, record.ended_at) == (2, 0, None)


def test_an_estimated_end_says_so_until_the_end_is_known() -> None:
    guessed = _record([*WHOLE[:-1], ESTIMATED])
    assert (guessed.ended_at, guessed.estimated_within_ms) == (at(10.5), 20_000)
    known = _record([*WHOLE[:-1], ESTIMATED, WHOLE[-1]])
    assert (known.ended_at, known.estimated_within_ms) == (at(11), None)


def test_a_caller_who_gives_up_on_the_second_leg_leaves_it_in_the_record() -> None:
    record = _record(_events(STARTED, e.CallRouted(DECISION), FAILED, _cancelled(1, 4)))
    assert [(leg.agent_id, leg.sip_status, leg.cause) for leg in record.legs] == [
        ("agt_1", 503, FAILED.cause),
        ("agt_2", 487, "ORIGINATOR_CANCEL"),
    ]


def test_an_answer_that_crossed_the_callers_cancel_was_none() -> None:
    crossed = _events(STARTED, e.CallRouted(DECISION), ANSWERED, _cancelled(1, 4))
    record = _record(crossed)
    assert (record.answered_at, record.agent_id, record.talk_ms, record.setup_ms) == (None, "", 0, 3000)
    assert keys_of(CallHistory.of(crossed)).answered_at is None


def test_a_refused_call_has_no_leg() -> None:
    record = _record(TURNED_AWAY)
    assert (record.legs, record.sip_status, record.answered_at) == ((), 503, None)
    assert (record.ended_by, record.setup_ms, record.refusal_code) == ("keepline", 2000, "table_missing")


def test_a_call_that_goes_on_has_no_end_yet() -> None:
    ringing = _record(WHOLE[:6])
    assert (ringing.sip_status, ringing.ended_at, ringing.legs[-1].sip_status) == (0, None, 0)
    talking = _record(WHOLE[:8])
    assert (talking.setup_ms, talking.sip_status, talking.legs[-1].sip_status) == (7000, 0, 200)
    assert talking.legs[-1].ended_at is None
