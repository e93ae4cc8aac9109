"""A watched call, step by step: what is seen of it, and what the world is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.domain import call_event as e
from call_router.domain.call_machine import advance
from call_router.domain.explain import explain
from call_router.domain.journey import Journey, LegFailure, LegTimes
from call_router.domain.live_call import Channel, Counted, Happening, HungUp, LegMoved, LiveCall, Seen
from call_router.domain.route import Call

START = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
CALL = Call(
    "t_a", "trk_a", "+49301234567", "+4917012345678", "127.0.1.5:5060", "call_1", attempt=2, edge_id="edge1"
)
NEW = Channel("uuid-1", CALL, START)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def story(still_world: Any) -> "Story":
    decision = still_world.route()
    return Story(Journey(CALL, explain(decision), False, at(0.001), "r1"))


RANG = LegTimes(at(0.01), at(0.2))
# its 180 after the 183 was noted as well
ANSWERED = LegTimes(at(2.01), at(2.3), at(2.2), at(3))


class Story:
    """The happenings of a call whose first agent is down and whose second one answers, and its variants."""

    def __init__(self, journey: Journey) -> None:
        failed = journey.failed(LegFailure(503, "NORMAL_TEMPORARY_FAILURE", at(2), RANG))
        busy = journey.failed(LegFailure(486, "USER_BUSY", at(2)))
        self.leg0 = replace(NEW, journey=journey, leg=0)
        self.leg1 = replace(NEW, journey=failed, leg=1)
        self.over = replace(self.leg1, times=ANSWERED)
        self.busy = replace(NEW, journey=busy, leg=0, refused=(486, "agent_busy"))
        self.gave_up = replace(NEW, journey=failed.failed(LegFailure(0, "NO_ANSWER", at(4))), leg=1)
        self.gave_up = replace(self.gave_up, refused=(480, "no_answer"))
        self.end = HungUp(
            self.over, at(63), "NORMAL_CLEARING", 0, at(3.02), e.Media(3000, 2990, 5, 1.5, "PCMU"), "caller"
        )
        self.whole: list[Happening] = [
            Seen(NEW),
            Seen(self.leg0),
            LegMoved("uuid-1", 0, "started", at(0.01)),
            LegMoved("uuid-1", 0, "ringing", at(0.2)),
            Seen(self.leg1),
            LegMoved("uuid-1", 1, "started", at(2.01)),
            LegMoved("uuid-1", 1, "early_media", at(2.2)),
            LegMoved("uuid-1", 1, "ringing", at(2.3)),
            LegMoved("uuid-1", 1, "answered", at(3)),
            Counted("uuid-1", 1, at(6), e.Packets(150, 148), e.Packets(149, 150)),
            Counted("uuid-1", 2, at(36), e.Packets(1650, 1648), e.Packets(1649, 1650)),
            self.end,
        ]


class Run:
    """Feeds a call as WatchedCalls does, and keeps what was told."""

    def __init__(self, happened: Sequence[Happening]) -> None:
        self.call: LiveCall | None = None
        self.over = False
        self.events: list[e.CallEvent] = []
        # numbers of what was told when it was heard, without what that made good
        self.at_once: list[int] = []
        for one in happened:
            self._feed(one)

    def _feed(self, one: Happening) -> None:
        if self.over:
            return
        step = advance(self.call, one)
        self.call = step.call
        self.over = isinstance(one, HungUp)
        self.events += step.events
        if isinstance(one, LegMoved | Counted | HungUp):
            self.at_once += [event.seq for event in step.events[-1:]]

    @property
    def told(self) -> str:
        return " ".join(f"{event.seq}:{type(event.fact).__name__}" for event in self.events)


WHOLE = (
    "1:CallStarted 2:CallRouted 1001:LegStarted 1002:LegRinging 1005:LegFailed 2001:LegStarted"
    " 2003:EarlyMedia 2004:CallAnswered 2101:CallHeard 2102:CallHeard 1000000:CallEnded"
)


def test_a_call_is_told_from_its_start_to_its_end(story: Story) -> None:
    run = Run(story.whole)
    assert run.told == WHOLE
    assert {(one.call_id, one.attempt, one.edge_id, one.tenant_id) for one in run.events} == {
        ("call_1", 2, "edge1", "t_a")
    }


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    # of Story.whole
    heard: Sequence[int]
    told: str


FIRST_LEG = "1:CallStarted 2:CallRouted 1001:LegStarted 1002:LegRinging 1005:LegFailed"
UNCOUNTED = f"{FIRST_LEG} 2001:LegStarted 2003:EarlyMedia 2004:CallAnswered 1000000:CallEnded"
ROWS = [
    Row("only the end", [11], UNCOUNTED),
    Row("the decision was not heard", [0, 2, 3, 4], FIRST_LEG),
    Row("the decision comes twice", [0, 1, 1], "1:CallStarted 2:CallRouted"),
    Row("the start comes late", [1, 0], "1:CallStarted 2:CallRouted"),
    Row("an older sight comes late", [0, 4, 1], FIRST_LEG),
    Row("an agent's channel alone", [2, 3, 8], ""),
    Row("the end comes twice", [0, 11, 11], UNCOUNTED),
    Row("a 180 after a 183", [0, 4, 6, 7], f"{FIRST_LEG} 2003:EarlyMedia"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_was_not_heard_is_told_by_what_was(row: Row, story: Story) -> None:
    assert Run([story.whole[index] for index in row.heard]).told == row.told


def names(*happened: Happening) -> set[int]:
    return {event.seq for event in Run(happened).events}


def test_a_sight_of_the_channel_tells_how_far_its_leg_got(story: Story) -> None:
    """What the switch noted; of a leg that was decided and never begun it noted nothing."""
    assert names(Seen(story.leg0)) == {1, 2}
    assert names(Seen(replace(story.leg0, times=RANG))) == {1, 2, 1001, 1002}
    assert names(Seen(story.over)) == names(story.end) - {e.ENDED_SEQ}
    assert names(HungUp(replace(story.leg0, times=RANG), at(1), "ORIGINATOR_CANCEL", 487)) == {
        1,
        2,
        1001,
        1002,
        e.ENDED_SEQ,
    }


def test_a_leg_that_answers_and_fails_is_not_the_one_that_talks(story: Story) -> None:
    journey = story.leg0.journey
    assert journey is not None
    unfit = LegFailure(488, "INCOMPATIBLE_DESTINATION", at(2), replace(RANG, answered_at=at(1.9)))
    first = replace(story.leg0, times=unfit.times)
    second = replace(story.over, journey=journey.failed(unfit))
    whole = [Seen(story.leg0), LegMoved("uuid-1", 0, "answered", at(1.9)), Seen(second)]
    end = replace(story.end, channel=second)
    for heard in ([*whole, end], [Seen(first), end], [end]):
        answers = [event.fact for event in Run(heard).events if isinstance(event.fact, e.CallAnswered)]
        assert [(fact.leg_index, fact.setup_ms) for fact in answers] == [(0, 1900), (1, 3000)]


def ended(*happened: Happening) -> e.CallEnded:
    fact = Run(happened).events[-1].fact
    assert isinstance(fact, e.CallEnded)
    return fact


def figures(fact: e.Fact) -> tuple[object, ...]:
    assert isinstance(fact, e.CallEnded)
    return (fact.hangup_cause, fact.sip_status, fact.setup_ms, fact.talk_ms, fact.media, fact.ended_by)


def test_the_end_says_what_the_provider_got(story: Story) -> None:
    media = e.Media(3000, 2990, 5, 1.5, "PCMU")
    assert figures(ended(*story.whole)) == ("NORMAL_CLEARING", 200, 3000, 60_000, media, "caller")
    busy = HungUp(story.busy, at(2.1), "USER_BUSY", 486, ended_by="keepline")
    assert figures(ended(Seen(story.busy), busy)) == ("USER_BUSY", 486, 2100, 0, None, "keepline")
    gave_up = HungUp(story.gave_up, at(4.1), "NO_USER_RESPONSE", 480)
    assert figures(ended(gave_up)) == ("NO_USER_RESPONSE", 480, 4100, 0, None, "keepline")
    nobody = HungUp(NEW, at(2), "NORMAL_TEMPORARY_FAILURE", 503, ended_by="keepline")
    assert figures(ended(nobody)) == ("NORMAL_TEMPORARY_FAILURE", 503, 2000, 0, None, "keepline")


def test_the_end_tells_the_whole_call_as_it_was_told_before(story: Story) -> None:
    """Of whichever watcher: the one that heard all of it, or the one that heard its end."""
    for heard in (story.whole, [story.end]):
        run = Run(heard)
        whole = ended(*heard).whole
        assert (whole.started_at, whole.answered_at, run.events[-1].at) == (START, at(3), at(63))
        answered = next(one for one in run.events if isinstance(one.fact, e.CallAnswered))
        assert (answered.at, answered.fact.setup_ms) == (whole.answered_at, ended(*heard).setup_ms)
        assert (whole.caller, whole.called, whole.source_address) == (
            CALL.caller,
            CALL.called,
            CALL.source_address,
        )
        assert (whole.number, whole.number_id, whole.plan_id) == ("+49301234567", "num_a", "pln_a")
        assert (whole.code, whole.refusal_code, whole.agent_id) == ("routed", "", "agt_second")
        first, second = whole.legs
        assert (first.agent_id, first.sip_status, first.cause) == (
            "agt_first",
            503,
            "NORMAL_TEMPORARY_FAILURE",
        )
        assert (first.started_at, first.ringing_at, first.ended_at) == (at(0.01), at(0.2), at(2))
        assert (second.agent_id, second.sip_status, second.cause) == ("agt_second", 200, "NORMAL_CLEARING")
        assert (second.started_at, second.answered_at, second.ended_at) == (at(2.01), at(3), at(63))


def test_the_end_of_a_refused_call_says_why(story: Story) -> None:
    busy = ended(HungUp(story.busy, at(2.1), "USER_BUSY", 486)).whole
    assert (busy.code, busy.refusal_code, busy.answered_at, busy.agent_id) == (
        "routed",
        "agent_busy",
        None,
        "",
    )
    gave_up = ended(HungUp(story.leg0, at(5), "ORIGINATOR_CANCEL", 487, ended_by="caller")).whole
    assert (gave_up.code, gave_up.refusal_code) == ("routed", "")
    assert [(leg.sip_status, leg.cause, leg.answered_at) for leg in gave_up.legs] == [
        (487, "ORIGINATOR_CANCEL", None)
    ]
    undecided = ended(HungUp(NEW, at(2), "NORMAL_TEMPORARY_FAILURE", 503)).whole
    assert (undecided.code, undecided.caller, undecided.legs) == ("", CALL.caller, ())


@pytest.mark.parametrize("step", ["ringing", "early_media"])
def test_a_caller_who_gives_up_was_not_answered(story: Story, step: Any) -> None:
    cancel = HungUp(story.leg0, at(5), "ORIGINATOR_CANCEL", 487, ended_by="caller")
    run = Run([Seen(NEW), Seen(story.leg0), LegMoved("uuid-1", 0, step, at(1)), cancel])
    assert not [one for one in run.events if isinstance(one.fact, e.CallAnswered)]
    assert figures(run.events[-1].fact) == ("ORIGINATOR_CANCEL", 487, 5000, 0, None, "caller")


def test_an_answer_that_crosses_the_callers_cancel_is_no_talk(story: Story) -> None:
    answer = LegMoved("uuid-1", 0, "answered", at(5))
    cancel = HungUp(story.leg0, at(5.01), "ORIGINATOR_CANCEL", 487, ended_by="caller")
    end = ended(Seen(story.leg0), answer, cancel)
    assert (end.sip_status, end.talk_ms, end.whole.answered_at, end.whole.agent_id) == (487, 0, None, "")


def test_a_failed_leg_says_what_follows(story: Story) -> None:
    down = Run([Seen(story.leg1)]).events[-1].fact
    assert down == e.LegFailed(
        0, "agt_first", 503, "NORMAL_TEMPORARY_FAILURE", "Tries Second.", "next_leg", next_leg_index=1
    )
    busy = Run([Seen(story.busy)]).events[-1].fact
    assert isinstance(busy, e.LegFailed)
    assert (busy.next, busy.refusal_status, busy.refusal_code) == ("refusal", 486, "agent_busy")


def test_an_end_that_nobody_saw_is_marked(story: Story) -> None:
    lost = HungUp(story.leg1, at(40), "node_lost", answered_at=at(3), estimated_within_ms=20_000)
    end = ended(lost)
    assert (end.talk_ms, end.estimated_within_ms) == (37_000, 20_000)


@settings(max_examples=200)
@given(data=st.data())
def test_whatever_is_lost_or_repeated_any_watcher_tells_the_same_and_one_end(
    story: Story, data: st.DataObject
) -> None:
    """One watcher hears a part, dies, and another one hears another part and the end. Packets alone are
    counted when somebody watches or not at all."""
    whole = {event.seq: (type(event.fact), event.at) for event in Run(story.whole).events}
    late_180 = story.whole[7]
    heard = st.lists(st.sampled_from([one for one in story.whole[:-1] if one is not late_180]), max_size=20)
    first, second = Run(data.draw(heard)), Run([*data.draw(heard), story.end])
    for event in first.events + second.events:
        assert (type(event.fact), event.at) == whole[event.seq]
    counted = {seq for seq, (kind, _) in whole.items() if kind is e.CallHeard}
    assert {event.seq for event in first.events + second.events} | counted == whole.keys()
    assert {event.seq for event in second.events} | counted == whole.keys()
    ends = [event for event in first.events + second.events if isinstance(event.fact, e.CallEnded)]
    assert len(ends) == 1
    assert ends[0] == Run(story.whole).events[-1]
    for run in (first, second):
        numbers = [event.seq for event in run.events]
        assert len(numbers) == len(set(numbers))


@settings(max_examples=100)
@given(data=st.data())
def test_in_the_order_of_time_numbers_rise_whatever_is_lost(story: Story, data: st.DataObject) -> None:
    """But for what is made good later, which keeps its number."""
    kept = data.draw(st.lists(st.booleans(), min_size=12, max_size=12))
    heard = [one for one, keep in zip(story.whole, kept, strict=True) if keep]
    numbers = Run(heard).at_once
    assert numbers == sorted(numbers)
