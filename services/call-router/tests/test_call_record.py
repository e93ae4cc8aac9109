"""A call's record is the fold of its events, each counted once."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallRouted,
    CallStarted,
    Fact,
    LegFailed,
    Media,
)
from call_router.domain.call_record import CallRecord, fold
from call_router.domain.explain import Explained
from call_router.domain.leg import Leg

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEGS = (Leg("agt_1", "First", "sip:1@a.example", 20), Leg("agt_2", "Second", "sip:2@a.example", 20))
DECISION = Explained("because", "routed", LEGS, 0, (), "+49301234567", "num_1", "pln_1", 1, "00")
STARTED = CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060")
MEDIA = Media(3000, 2990, 5, 1.25, "PCMU")


def _events(*facts: Fact) -> list[CallEvent]:
    return [
        CallEvent("call_1", START + timedelta(seconds=second), "t_a", "trk_a", fact)
        for second, fact in enumerate(facts, start=1)
    ]


def _fold(events: list[CallEvent]) -> CallRecord:
    record = reduce(fold, events, None)
    assert record is not None
    return record


WHOLE = _events(
    STARTED,
    CallRouted(DECISION),
    LegFailed(0, "agt_1", 503, "NORMAL_TEMPORARY_FAILURE", "Tries Second."),
    CallAnswered(1, "agt_2", 3000),
    CallEnded("NORMAL_CLEARING", 200, 3000, 60000, MEDIA, "caller"),
)


def test_the_record_tells_the_whole_call() -> None:
    record = _fold(WHOLE)
    assert (record.id, record.tenant_id, record.trunk_id) == ("call_1", "t_a", "trk_a")
    assert (record.caller, record.called, record.source) == (STARTED.caller, STARTED.called, STARTED.source)
    assert record.decision == DECISION
    assert (record.started_at, record.answered_at, record.ended_at) == tuple(
        START + timedelta(seconds=s) for s in (1, 4, 5)
    )
    assert (record.sip_status, record.setup_ms, record.talk_ms) == (200, 3000, 60000)
    assert (record.media, record.agent_id, record.seqs) == (
        MEDIA,
        "agt_2",
        (10000001, 10000002, 10001005, 10002004, 11_000_000),
    )
    first, second = record.legs
    assert (first.uri, first.sip_status, first.ended_at) == (
        "sip:1@a.example",
        503,
        START + timedelta(seconds=3),
    )
    assert (second.sip_status, second.started_at, second.ended_at) == (
        200,
        first.ended_at,
        START + timedelta(seconds=5),
    )


@given(st.lists(st.sampled_from(WHOLE), max_size=20), st.integers(0, len(WHOLE)))
def test_replays_change_nothing(again: list[CallEvent], cut: int) -> None:
    once = _fold(WHOLE)
    assert _fold([*WHOLE, *again]) == once
    assert _fold([*WHOLE[:cut], *WHOLE[:cut], *WHOLE]) == once


def test_an_event_that_is_in_gives_back_the_very_record() -> None:
    record = _fold(WHOLE)
    assert all(fold(record, event) is record for event in WHOLE)


@given(st.permutations(WHOLE))
def test_in_any_order_nothing_of_the_call_is_lost(events: list[CallEvent]) -> None:
    record, once = _fold(events), _fold(WHOLE)
    for name in ("caller", "decision", "answered_at", "ended_at", "sip_status", "media", "agent_id", "seqs"):
        assert getattr(record, name) == getattr(once, name)
    assert [leg.index for leg in record.legs] == [0, 1]


def test_a_caller_who_gives_up_on_the_second_leg_leaves_it_in_the_record() -> None:
    ended = CallEnded("ORIGINATOR_CANCEL", 487, 5000, 0, None, "caller")
    record = _fold([*WHOLE[:3], *_events(STARTED, STARTED, STARTED, ended)[3:]])
    assert [(leg.agent_id, leg.sip_status) for leg in record.legs] == [("agt_1", 503), ("agt_2", 487)]


def test_a_refused_call_has_no_leg() -> None:
    refused = Explained("why", "number_unknown", (), 404, (), "", "", "", 0, "00")
    ended = CallEnded("UNALLOCATED_NUMBER", 404, 100, 0, None, "keepline")
    record = _fold(_events(STARTED, CallRouted(refused), ended))
    assert (record.legs, record.sip_status, record.answered_at) == ((), 404, None)
