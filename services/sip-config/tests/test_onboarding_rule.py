"""What becomes of an onboarding, and what is told of it: tables of a pure rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sip_config.domain.onboarding import advance
from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.onboarding.news import Kind, News, news_of
from sip_config.domain.onboarding.onboarding import (
    Line,
    OnboardedNumber,
    Onboarding,
    OnboardingFields,
    OnboardingState,
    Refused,
    Step,
)
from sip_config.domain.onboarding.success import Counting, RefusedCode

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=4)
BERLIN = OnboardedNumber("num_1", "+49301234567")
BLANK = OnboardingFields(Line.TRUNK)
WHOLE = OnboardingFields(Line.TRUNK, "Acme", "trk_1", (BERLIN,), "agt_1", "pln_1")


def begun(fields: OnboardingFields = BLANK, at: datetime = NOW) -> Onboarding:
    return advance.begun("onb_1", "t_a", fields, at)


def call(**said: Any) -> AnsweredCall:
    whole = {"tenant_id": "t_a", "trunk_id": "trk_1", "call_id": "call_1", "number_id": "num_1", "at": LATER}
    heard = {"answered_after_ms": 900, "caller_heard": True, "agent_heard": None}
    return AnsweredCall(**{**whole, **heard, **said})


STEPS = [
    (BLANK, [Step.LINE], Step.PROVIDER),
    (replace(BLANK, provider_name="Acme"), [Step.LINE], Step.PROVIDER),
    (replace(BLANK, trunk_id="trk_1"), [Step.LINE, Step.PROVIDER], Step.NUMBERS),
    (replace(BLANK, numbers=(BERLIN,)), [Step.LINE, Step.NUMBERS], Step.PROVIDER),
    (replace(BLANK, agent_id="agt_1"), [Step.LINE], Step.PROVIDER),
    (WHOLE, [Step.LINE, Step.PROVIDER, Step.NUMBERS, Step.AGENT], Step.CALL),
]


@pytest.mark.parametrize(("fields", "done", "following"), STEPS)
def test_a_step_is_done_by_what_is_named(fields: OnboardingFields, done: list[Step], following: Step) -> None:
    one = begun(fields)
    assert (list(one.done), one.next_step, one.version) == (done, following, 1)


NO_TEST = [
    {"tenant_id": "t_b"},
    {"number_id": "num_2"},
    {"number_id": ""},
    {"at": NOW - timedelta(milliseconds=1)},
]


@pytest.mark.parametrize("said", NO_TEST, ids=str)
def test_a_call_of_somebody_else_or_of_before_proves_nothing(said: dict[str, Any]) -> None:
    one = begun(WHOLE)
    assert advance.heard(one, call(**said), LATER) is one


def test_the_newest_answered_call_is_the_test_and_falls_with_its_number() -> None:
    one = advance.heard(begun(WHOLE), call(), LATER)
    assert one.tested is not None
    assert (one.tested.number, one.tested.caller_heard, one.tested.agent_heard) == (BERLIN.number, True, None)
    assert (one.next_step, one.version) == (None, 2)
    assert advance.heard(one, call(), LATER) is one
    second = advance.heard(one, call(call_id="call_2", at=LATER + timedelta(seconds=9)), LATER)
    assert second.tested is not None
    assert second.tested.call_id == "call_2"
    assert advance.heard(second, call(), LATER) is second
    other = replace(WHOLE, numbers=(OnboardedNumber("num_2", "+49301234568"),))
    assert advance.changed(second, other, LATER).tested is None
    assert advance.changed(second, replace(WHOLE, agent_id="agt_2"), LATER).tested == second.tested


def test_what_is_live_or_abandoned_is_proven_no_more() -> None:
    skipped = advance.skipped(begun(WHOLE), NOW)
    for one in (advance.gone_live(skipped, NOW), advance.abandoned(skipped, NOW)):
        assert advance.heard(one, call(), LATER) is one
    live = advance.gone_live(skipped, NOW)
    assert advance.abandoned(live, LATER) is live
    assert advance.gone_live(live, LATER) is live


def test_a_flood_of_refusals_is_bounded_and_told_once_each() -> None:
    many = [Refused(f"rej_{place}", "source_not_allowed", LATER) for place in range(150)]
    one = advance.met(begun(), many[:2])
    assert (len(one.refused), one.version, one.revision) == (2, 1, 2)
    assert advance.met(one, many[:2]) is one
    assert len(advance.met(one, many).refused) == advance.MOST_REFUSED
    fixed = advance.mended(one, "rej_1", "allow_address", LATER)
    assert [met.fix for met in fixed.refused] == ["", "allow_address"]
    assert advance.mended(fixed, "rej_1", "allow_network", LATER) is fixed
    assert advance.mended(fixed, "rej_9", "allow_network", LATER) is fixed


def told(before: Onboarding | None, after: Onboarding) -> list[tuple[Any, ...]]:
    return [_short(one) for one in news_of(before, after)]


def _short(one: News) -> tuple[Any, ...]:
    return (one.kind, *(said for said in (one.step, one.code, one.fix) if said))


def test_what_differs_between_two_revisions_is_told() -> None:
    one = begun(replace(BLANK, trunk_id="trk_1"))
    assert told(None, one) == [(Kind.BEGUN,), (Kind.STEP_DONE, Step.PROVIDER)]
    whole = advance.changed(one, WHOLE, LATER)
    assert told(one, whole) == [(Kind.STEP_DONE, Step.NUMBERS), (Kind.STEP_DONE, Step.AGENT)]
    assert told(whole, advance.changed(whole, replace(WHOLE, armed=True), LATER)) == []
    met = advance.met(whole, [Refused("rej_1", "number_unknown", LATER)])
    assert told(whole, met) == [(Kind.REFUSED, "number_unknown")]
    fixed = advance.mended(met, "rej_1", "add_number", LATER)
    assert told(met, fixed) == [(Kind.FIXED, "number_unknown", "add_number")]
    tested = advance.heard(fixed, call(), LATER)
    assert told(fixed, tested) == [(Kind.STEP_DONE, Step.CALL)]
    (live,) = news_of(tested, advance.gone_live(tested, LATER))
    assert (live.kind, live.tested) == (Kind.LIVE, True)


def test_where_somebody_stopped_is_told_and_taking_it_up_is_not() -> None:
    one = begun(replace(BLANK, trunk_id="trk_1"))
    gone = advance.abandoned(one, LATER)
    assert told(one, gone) == [(Kind.ABANDONED, Step.NUMBERS)]
    again = advance.changed(gone, gone.fields, LATER)
    assert (again.state, told(gone, again)) == (OnboardingState.OPEN, [])
    assert told(again, advance.deleted(again, LATER)) == [(Kind.ABANDONED, Step.NUMBERS)]


def test_what_is_deleted_keeps_how_far_it_came_and_nothing_else() -> None:
    one = advance.deleted(advance.heard(begun(WHOLE), call(), LATER), LATER)
    assert one.fields == BLANK
    assert BERLIN.number not in repr(one)
    assert (one.deleted, one.state, one.missing) == (True, OnboardingState.ABANDONED, ())


def test_the_statistics_count_who_gets_to_the_end_and_where_others_stop() -> None:
    counting = Counting()
    assert (counting.success().completion_rate, counting.success().p50) == (None, None)
    for minutes in range(1, 11):
        ready = advance.skipped(begun(WHOLE), NOW)
        if minutes > 3:
            ready = advance.heard(ready, call(at=NOW + timedelta(seconds=1)), NOW)
        counting.add(advance.gone_live(ready, NOW + timedelta(minutes=minutes)))
    met = advance.met(begun(), [Refused(f"rej_{n}", code, NOW) for n, code in enumerate(("a", "b", "b"))])
    counting.add(advance.mended(met, "rej_1", "allow_address", NOW))
    counting.add(advance.abandoned(begun(), LATER))
    counting.add(advance.abandoned(begun(replace(BLANK, trunk_id="trk_1")), LATER))
    counting.add(advance.deleted(begun(), LATER))
    found = counting.success()
    assert (found.begun, found.live, found.live_untested, found.abandoned, found.open) == (14, 10, 3, 3, 1)
    assert found.completion_rate == pytest.approx(10 / 14)
    assert (found.p50, found.p90) == (300.0, 540.0)
    assert found.stopped_at == [(Step.PROVIDER, 2), (Step.NUMBERS, 1)]
    assert found.refused == [RefusedCode("b", 2, 1), RefusedCode("a", 1, 0)]
