"""A live call, step by step: what comes in, what the switch is told, what the world is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.domain import call_state as s
from call_router.domain.advance import Decide, advance
from call_router.domain.call_event import CallAnswered, CallEnded, CallEvent, CallRouted, LegFailed, Media
from call_router.domain.route import Call

START = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
CALL = Call("t_a", "trk_a", "+49301234567", "+4917012345678", "127.0.1.5:5060", "call_1")
UNMARKED = s.Channel("uuid-1", CALL, START)
LEG0, LEG1 = replace(UNMARKED, leg=0), replace(UNMARKED, leg=1)
REFUSED = replace(UNMARKED, refused=(404, "number_unknown"))
BUSY, DOWN = s.Failure(486, "USER_BUSY"), s.Failure(503, "NORMAL_TEMPORARY_FAILURE")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


PARKED = s.Parked(UNMARKED, at(0))
FIRST_DOWN, SECOND_DOWN = s.Parked(LEG0, at(2), DOWN), s.Parked(LEG1, at(4), DOWN)
FIRST_BUSY = s.Parked(LEG0, at(2), BUSY)
ANSWER = s.PickedUp(LEG0, at(3))
BYE = s.HungUp(
    LEG0, at(63), "NORMAL_CLEARING", 0, True, 3000, 60000, Media(3000, 2990, 5, 1.5, "PCMU"), "caller"
)
CANCEL = s.HungUp(LEG0, at(5), "ORIGINATOR_CANCEL", ended_by="caller")
REFUSED_END = s.HungUp(REFUSED, at(1), "UNALLOCATED_NUMBER", ended_by="keepline")
PARK_TIMEOUT = s.HungUp(UNMARKED, at(8), "NORMAL_TEMPORARY_FAILURE", 503, ended_by="keepline")


class Run:
    """Feeds a call and keeps what came out."""

    def __init__(self, decide: Decide, state: s.State | None = None) -> None:
        self.decide, self.state = decide, state
        self.commands: list[str] = []
        self.events: list[CallEvent] = []

    def feed(self, happened: Sequence[s.Happening]) -> "Run":
        for one in happened:
            step = advance(self.state, one, self.decide)
            self.state = step.state
            self.commands += map(_command, step.commands)
            self.events += step.events
        return self

    @property
    def told(self) -> str:
        return " ".join(
            f"{event.seq}:{type(event.fact).__name__.removeprefix('Call')}" for event in self.events
        )


def _command(command: s.Command) -> str:
    if isinstance(command, s.SendTo):
        return f"leg {command.index} {command.leg.agent_id}"
    return f"refuse {command.status} {command.code}"


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    happened: Sequence[s.Happening]
    commands: Sequence[str]
    told: str
    state: type[object]


FIRST, SECOND = "leg 0 agt_first", "leg 1 agt_second"
ROWS = [
    Row("parked", [PARKED], [FIRST], "1:Started 2:Routed", s.Trying),
    Row("answered", [PARKED, ANSWER], [FIRST], "1:Started 2:Routed 1004:Answered", s.Answered),
    Row(
        "ended by the caller",
        [PARKED, ANSWER, BYE],
        [FIRST],
        "1:Started 2:Routed 1004:Answered 1000000:Ended",
        s.Ended,
    ),
    Row(
        "the first agent is down, the second answers",
        [PARKED, FIRST_DOWN, replace(ANSWER, channel=LEG1), replace(BYE, channel=LEG1)],
        [FIRST, SECOND],
        "1:Started 2:Routed 1005:LegFailed 2004:Answered 1000000:Ended",
        s.Ended,
    ),
    Row(
        "both are down",
        [PARKED, FIRST_DOWN, SECOND_DOWN],
        [FIRST, SECOND, "refuse 480 agents_unavailable"],
        "1:Started 2:Routed 1005:LegFailed 2005:LegFailed",
        s.Refusing,
    ),
    Row(
        "busy is final",
        [PARKED, FIRST_BUSY, replace(REFUSED_END, channel=LEG0)],
        [FIRST, "refuse 486 agent_busy"],
        "1:Started 2:Routed 1005:LegFailed 1000000:Ended",
        s.Ended,
    ),
    Row("cancelled while ringing", [PARKED, CANCEL], [FIRST], "1:Started 2:Routed 1000000:Ended", s.Ended),
    # duplicated, reordered and lost
    Row("the park comes twice", [PARKED, PARKED], [FIRST], "1:Started 2:Routed", s.Trying),
    Row(
        "a failure comes twice",
        [PARKED, FIRST_DOWN, FIRST_DOWN],
        [FIRST, SECOND],
        "1:Started 2:Routed 1005:LegFailed",
        s.Trying,
    ),
    Row(
        "the answer comes twice",
        [PARKED, ANSWER, ANSWER],
        [FIRST],
        "1:Started 2:Routed 1004:Answered",
        s.Answered,
    ),
    Row(
        "the end comes twice", [PARKED, CANCEL, CANCEL], [FIRST], "1:Started 2:Routed 1000000:Ended", s.Ended
    ),
    Row(
        "the park comes after the failure",
        [PARKED, FIRST_DOWN, PARKED],
        [FIRST, SECOND],
        "1:Started 2:Routed 1005:LegFailed",
        s.Trying,
    ),
    Row(
        "the answer comes after the end",
        [PARKED, BYE, ANSWER],
        [FIRST],
        "1:Started 2:Routed 1004:Answered 1000000:Ended",
        s.Ended,
    ),
    Row(
        "the answer is lost",
        [PARKED, BYE],
        [FIRST],
        "1:Started 2:Routed 1004:Answered 1000000:Ended",
        s.Ended,
    ),
    Row(
        "a failure is lost, the end is heard",
        [PARKED, replace(PARK_TIMEOUT, channel=LEG0)],
        [FIRST],
        "1:Started 2:Routed 1000000:Ended",
        s.Ended,
    ),
    Row(
        "only the end is heard, of a call that nobody handled",
        [PARK_TIMEOUT],
        [],
        "1:Started 1000000:Ended",
        s.Ended,
    ),
    # a router that starts in the middle
    Row("a failed leg of the router before", [FIRST_DOWN], [SECOND], "1005:LegFailed", s.Trying),
    Row("an answered call of the router before", [BYE], [], "1004:Answered 1000000:Ended", s.Ended),
    Row("a refusal of the router before", [REFUSED_END], [], "1000000:Ended", s.Ended),
    # what the switch shows when it is asked
    Row(
        "parked and unknown", [s.Seen(UNMARKED, at(1), True, False)], [FIRST], "1:Started 2:Routed", s.Trying
    ),
    Row("not parked yet", [s.Seen(UNMARKED, at(1), False, False)], [], "", type(None)),
    Row(
        "still parked: the instruction was lost",
        [PARKED, s.Seen(UNMARKED, at(1), True, False)],
        [FIRST, FIRST],
        "1:Started 2:Routed",
        s.Trying,
    ),
    Row(
        "a failure that was lost",
        [PARKED, s.Seen(LEG0, at(1), True, False, DOWN)],
        [FIRST, SECOND],
        "1:Started 2:Routed 1005:LegFailed",
        s.Trying,
    ),
    Row(
        "an answer that was lost",
        [PARKED, s.Seen(LEG0, at(1), False, True)],
        [FIRST],
        "1:Started 2:Routed 1004:Answered",
        s.Answered,
    ),
    Row(
        "talking since before",
        [s.Seen(LEG1, at(1), False, True), replace(BYE, channel=LEG1)],
        [],
        "1000000:Ended",
        s.Ended,
    ),
    Row(
        "ringing since before",
        [s.Seen(LEG0, at(1), False, False), FIRST_DOWN],
        [SECOND],
        "1005:LegFailed",
        s.Trying,
    ),
    Row(
        "vanished while talking",
        [PARKED, ANSWER, s.Vanished(LEG0, at(9), "node_lost")],
        [FIRST],
        "1:Started 2:Routed 1004:Answered 1000000:Ended",
        s.Ended,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_call_moves_on_by_what_its_channel_says(row: Row, world: Any) -> None:
    run = Run(lambda _: world.route()).feed(row.happened)
    assert (run.commands, run.told) == (row.commands, row.told)
    assert isinstance(run.state, row.state)


def test_a_refused_call_is_told_with_its_reason_and_ends_with_its_status(empty: Any) -> None:
    run = Run(lambda _: empty.route()).feed([PARKED, REFUSED_END])
    assert run.commands == ["refuse 404 trunk_unknown"]
    routed, ended = run.events[1].fact, run.events[2].fact
    assert isinstance(routed, CallRouted)
    assert routed.decision.reason == "There is no trunk trk_a of tenant t_a."
    assert ended == CallEnded("UNALLOCATED_NUMBER", 404, 1000, 0, None, "keepline")


def test_the_end_carries_durations_media_and_who_hung_up(world: Any) -> None:
    run = Run(lambda _: world.route()).feed([PARKED, ANSWER, BYE])
    assert run.events[2].fact == CallAnswered(0, "agt_first", 3000)
    media = Media(3000, 2990, 5, 1.5, "PCMU")
    assert run.events[3].fact == CallEnded("NORMAL_CLEARING", 200, 3000, 60000, media, "caller")


def test_without_the_switchs_figures_the_durations_are_our_own(world: Any) -> None:
    lost = s.Vanished(LEG0, at(33), "node_lost")
    run = Run(lambda _: world.route()).feed([PARKED, ANSWER, lost])
    assert run.events[-1].fact == CallEnded("node_lost", 200, 3000, 30000, None, "")


def test_a_cancelled_call_ends_with_487_and_nothing_measured(world: Any) -> None:
    run = Run(lambda _: world.route()).feed([PARKED, CANCEL])
    assert run.events[-1].fact == CallEnded("ORIGINATOR_CANCEL", 487, 5000, 0, None, "caller")


def test_a_failed_leg_says_what_is_done_next(world: Any) -> None:
    run = Run(lambda _: world.route()).feed([PARKED, FIRST_DOWN, SECOND_DOWN])
    facts = [event.fact for event in run.events[2:]]
    assert facts == [
        LegFailed(0, "agt_first", 503, "NORMAL_TEMPORARY_FAILURE", "Tries Second.", "next_leg", 1),
        LegFailed(
            1,
            "agt_second",
            503,
            "NORMAL_TEMPORARY_FAILURE",
            "Second could not be reached, and nobody else is left.",
            "refusal",
            0,
            480,
            "agents_unavailable",
        ),
    ]


CHANNELS = (UNMARKED, LEG0, LEG1)
happenings = st.sampled_from(
    [PARKED, FIRST_DOWN, SECOND_DOWN, FIRST_BUSY, ANSWER, BYE, CANCEL, REFUSED_END, PARK_TIMEOUT]
    + [
        s.Seen(c, at(1), *pa, f)
        for c, pa, f in product(CHANNELS, product((True, False), repeat=2), (None, DOWN))
    ]
    + [s.Vanished(UNMARKED, at(9), "unknown")]
)


@settings(max_examples=200, deadline=None)
@given(happened=st.lists(happenings, max_size=15))
def test_whatever_happens_events_count_up_without_repetition_and_end_once(
    still_world: Any, happened: list[s.Happening]
) -> None:
    run = Run(lambda _: still_world.route()).feed(happened)
    numbers = [event.seq for event in run.events]
    assert numbers == sorted(set(numbers))
    ends = [event for event in run.events if isinstance(event.fact, CallEnded)]
    assert len(ends) <= 1
    assert not ends or run.events[-1] is ends[0]
    assert not ends or isinstance(run.state, s.Ended)


@settings(max_examples=10, deadline=None)
@given(cut=st.integers(0, 3))
def test_a_router_that_starts_in_the_middle_goes_on_with_the_same_numbers(still_world: Any, cut: int) -> None:
    story = [PARKED, FIRST_DOWN, replace(ANSWER, channel=LEG1), replace(BYE, channel=LEG1)]
    whole = Run(lambda _: still_world.route()).feed(story)
    before = Run(lambda _: still_world.route()).feed(story[:cut])
    after = Run(lambda _: still_world.route()).feed(story[cut:])
    assert {(e.seq, type(e.fact)) for e in before.events + after.events} >= {
        (e.seq, type(e.fact)) for e in whole.events
    }
    told = {e.seq: type(e.fact) for e in whole.events}
    assert all(told[e.seq] is type(e.fact) for e in after.events)
