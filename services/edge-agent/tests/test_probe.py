"""How one endpoint's state follows from its probes, and what of it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.domain.probe import JITTER, Outcome, ProbedEndpoint, ProbeState, is_news, next_pause, observe

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HIT, MISS = Outcome(200, 10.0), Outcome(0)

STORIES = [
    ("the first answer counts", [HIT], True, 0),
    ("any final response is an answer", [Outcome(404, 10.0)], True, 0),
    ("two misses say nothing yet", [MISS, MISS], None, None),
    ("408 and 503 are misses", [Outcome(408), Outcome(503), Outcome(408)], False, 0),
    ("silence is dated from its first miss", [HIT, HIT, MISS, MISS, MISS], False, 2),
    ("an answer between misses begins anew", [HIT, MISS, MISS, HIT, MISS, MISS], True, 0),
    ("one answer after silence is not enough", [MISS, MISS, MISS, HIT], False, 0),
    ("two answers in a row bring it back", [MISS, MISS, MISS, HIT, HIT], True, 4),
    ("a miss between them does not", [MISS, MISS, MISS, HIT, MISS, HIT], False, 0),
]


@pytest.mark.parametrize(("name", "outcomes", "reachable", "since"), STORIES, ids=[s[0] for s in STORIES])
def test_a_state_follows_from_its_probes(
    name: str, outcomes: list[Outcome], reachable: bool | None, since: int | None
) -> None:
    state = ProbeState()
    for minute, outcome in enumerate(outcomes):
        state = observe(state, outcome, START + timedelta(minutes=minute))
    assert state.reachable is reachable
    assert state.since == (None if since is None else START + timedelta(minutes=since))


def test_latency_is_a_moving_average_of_answers_to_the_microsecond() -> None:
    state = observe(ProbeState(), Outcome(200, 10.0), START)
    state = observe(state, MISS, START)
    state = observe(state, Outcome(200, 20.0), START)
    assert state.latency_ms == 13.0
    assert observe(ProbeState(), Outcome(200, 12.219526830558076), START).latency_ms == 12.22


UP = ProbeState(reachable=True, since=START, hits=3, latency_ms=20.0, sip_status=200)
DOWN = ProbeState(reachable=False, since=START, misses=3, missing_since=START)
NEWS = [
    ("nothing is known yet", None, ProbeState(misses=1), False),
    ("the first state", None, UP, True),
    ("the same state", UP, replace(UP, hits=9), False),
    ("a small move of latency", UP, replace(UP, latency_ms=35.0), False),
    ("a large move of latency", UP, replace(UP, latency_ms=45.0), True),
    ("another status", UP, replace(UP, sip_status=404), True),
    ("a single miss", UP, replace(UP, misses=1, hits=0, sip_status=0), False),
    ("it fell silent", UP, DOWN, True),
    ("a single answer in the silence", DOWN, replace(DOWN, misses=0, hits=1, sip_status=200), False),
    ("it came back", DOWN, UP, True),
]


@pytest.mark.parametrize(("name", "told", "state", "news"), NEWS, ids=[n[0] for n in NEWS])
def test_what_is_told(name: str, told: ProbeState | None, state: ProbeState, news: bool) -> None:
    assert is_news(told, state) is news


AWAITED = [
    ("the first miss", None, ProbeState(misses=1), True),
    ("and no other", ProbeState(misses=1), ProbeState(misses=2), False),
    ("silence then", ProbeState(misses=1), DOWN, True),
    ("an answer then", ProbeState(misses=1), UP, True),
]


@pytest.mark.parametrize(("name", "told", "state", "news"), AWAITED, ids=[n[0] for n in AWAITED])
def test_what_is_told_of_one_that_was_named_a_moment_ago(
    name: str, told: ProbeState | None, state: ProbeState, news: bool
) -> None:
    assert is_news(told, state, awaited=True) is news


@given(st.floats(0, 1), st.sampled_from([UP, DOWN, replace(UP, misses=1), ProbeState()]))
def test_pauses_are_spread_and_shorter_until_the_state_is_settled(chance: float, state: ProbeState) -> None:
    middle = 30.0 if state.settled else 5.0
    assert middle * (1 - JITTER) <= next_pause(state, 30.0, chance) <= middle * (1 + JITTER)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (ProbedEndpoint("192.0.2.1", 5060, "udp"), "udp:192.0.2.1:5060"),
        (ProbedEndpoint("2001:db8::1", 5061, "tls"), "tls:[2001:db8::1]:5061"),
        (ProbedEndpoint("sip.example.com", 5060, "tcp"), "tcp:sip.example.com:5060"),
    ],
)
def test_an_endpoint_is_named_as_the_protocol_names_it(endpoint: ProbedEndpoint, name: str) -> None:
    assert endpoint.name == name
