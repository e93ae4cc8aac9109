"""A call event is read as it was written, and its name follows from what it says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.kafka.spooled_events import traceparent_of
from call_router.adapters.messages.events import event_message, event_of
from call_router.adapters.messages.routing import Unfit
from call_router.domain import call_event as e
from call_router.domain.explain import Explained, TraceStep
from call_router.domain.leg import Leg

AT = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)
words = st.text(max_size=20)
small = st.integers(0, 2**31)
legs = st.integers(0, e.MAX_LEG)
decisions = st.builds(
    Explained,
    reason=words,
    code=words,
    legs=st.lists(st.builds(Leg, words, words, words, small), max_size=2).map(tuple),
    sip_status=small,
    trace=st.lists(st.builds(TraceStep, words, st.booleans(), words), max_size=2).map(tuple),
    number=words,
    number_id=words,
    plan_id=words,
    plan_version=small,
    table_version=words,
)
maybe = st.none() | small
times = st.integers(0, 10**9).map(lambda ms: AT + timedelta(milliseconds=ms))
maybe_times = st.none() | times
ended_legs = st.builds(
    e.EndedLeg, legs, words, words, small, words, maybe_times, maybe_times, maybe_times, times
)
whole_calls = st.builds(
    e.WholeCall,
    times,
    maybe_times,
    *[words] * 9,
    legs=st.lists(ended_legs, max_size=2).map(tuple),
)
media = st.builds(e.Media, maybe, maybe, maybe, st.none() | st.floats(0, 1e6), words, words)
packets = st.builds(e.Packets, maybe, maybe)
facts = st.one_of(
    st.builds(e.CallStarted, words, words, words),
    st.builds(e.CallRouted, decisions, words),
    st.builds(e.LegStarted, legs, words, words),
    st.builds(e.LegRinging, legs, words),
    st.builds(e.EarlyMedia, legs, words),
    st.builds(e.CallAnswered, legs, words, small),
    st.builds(
        e.LegFailed,
        legs,
        words,
        small,
        words,
        words,
        st.sampled_from(get_args(e.AfterLeg)),
        legs,
        small,
        words,
    ),
    st.builds(e.CallHeard, legs, st.integers(1, e.MAX_HEARD), packets, packets),
    st.builds(
        e.CallEnded,
        words,
        small,
        small,
        small,
        st.none() | media,
        st.sampled_from(get_args(e.EndedBy)),
        whole_calls,
        maybe,
    ),
)
events = st.builds(
    e.CallEvent,
    call_id=st.just("call_1"),
    at=times,
    tenant_id=st.just("t_a"),
    trunk_id=words,
    fact=facts,
    attempt=st.integers(1, 99),
    switch_id=words,
    edge_id=words,
    direction=st.sampled_from(get_args(e.Direction)),
)


@given(events)
def test_an_event_comes_back_as_it_was(event: e.CallEvent) -> None:
    assert event_of(event_message(event).SerializeToString()) == event


@given(st.lists(facts, min_size=2, max_size=2))
def test_no_two_events_share_a_name(two: list[e.Fact]) -> None:
    one, other = two
    alike = type(one) is type(other) and all(
        getattr(one, name, None) == getattr(other, name, None) for name in ("leg_index", "sample")
    )
    assert (e.seq_of(one) == e.seq_of(other)) is alike


STARTED = e.CallEvent("call_1", AT, "t_a", "trk_a", e.CallStarted("1", "2", ""))


def test_a_kind_that_is_not_known_here_is_passed_over() -> None:
    message = event_message(STARTED)
    message.ClearField("started")
    # field 99 of the wire, length-delimited and empty: an event of a later version
    assert event_of(message.SerializeToString() + b"\x9a\x06\x00") is None


UNFIT = {
    "no call": {"call_id": ""},
    "no tenant": {"tenant_id": ""},
    "no attempt": {"attempt": 0},
    "a number that is another event's": {"seq": 2},
}


@pytest.mark.parametrize("changes", UNFIT.values(), ids=UNFIT.keys())
def test_an_event_that_does_not_say_whose_it_is_is_refused(changes: dict[str, object]) -> None:
    message = event_message(STARTED)
    for name, value in changes.items():
        setattr(message, name, value)
    with pytest.raises(Unfit):
        event_of(message.SerializeToString())


def test_a_leg_beyond_all_numbers_is_refused() -> None:
    message = event_message(replace(STARTED, fact=e.LegRinging(0, "agt_1")))
    message.leg_ringing.leg_index = e.MAX_LEG + 1
    with pytest.raises(ValueError, match="has no number"):
        event_of(message.SerializeToString())


@given(st.one_of(st.uuids().map(lambda uuid: f"call_{uuid}"), words))
def test_the_records_of_a_call_are_of_one_trace_that_its_id_names(call_id: str) -> None:
    parts = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-00", traceparent_of(call_id))
    assert parts is not None
    assert parts[1].strip("0")
    assert parts[2].strip("0")
    if re.fullmatch("call_[0-9a-f]{8}-.*", call_id):
        assert parts[1] == call_id.removeprefix("call_").replace("-", "")
