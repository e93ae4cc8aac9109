"""What the switch is told to do with a call, when it comes in and after each leg that failed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from call_router.domain.agent import HumanAgent
from call_router.domain.hand_over import DialLeg, Failure, Handed, Instruction, RefuseCall, hand_over
from call_router.domain.journey import Journey
from call_router.domain.offer import LATE, Offer

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
AUDIO = Offer(usable=True)
G729 = Offer(usable=False, codecs=("G729",))
BUSY, DOWN = Failure(486, "USER_BUSY"), Failure(503, "NORMAL_TEMPORARY_FAILURE")
RANG_OUT = Failure(0, "NO_ANSWER")


def ask(world: Any, handed: Handed, seconds: float = 0, router: str = "r1") -> Instruction:
    return hand_over(handed, world.table, NOW + timedelta(seconds=seconds), 0.5, router)


def in_words(instruction: Instruction) -> str:
    if isinstance(instruction, DialLeg):
        return f"leg {instruction.index} {instruction.leg.agent_id} {instruction.kind}"
    warning = f" warning {instruction.warning}" if instruction.warning else ""
    return f"refuse {instruction.status} {instruction.code}{warning}"


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    offer: Offer
    # of the legs so far, in order
    failures: tuple[Failure, ...]
    expect: str


ROWS = [
    Row("the first agent is rung", AUDIO, (), "leg 0 agt_first sip"),
    Row("a call without an offer is a call", LATE, (), "leg 0 agt_first sip"),
    Row(
        "nobody is rung for an offer without a codec of ours",
        G729,
        (),
        "refuse 488 codec_missing warning 305",
    ),
    Row("the next after one that is down", AUDIO, (DOWN,), "leg 1 agt_second human"),
    Row("a person behind a trunk, without an offer", LATE, (DOWN,), "leg 1 agt_second sip"),
    Row("the next after one that rang out", AUDIO, (RANG_OUT,), "leg 1 agt_second human"),
    Row("busy is final", AUDIO, (BUSY,), "refuse 486 agent_busy"),
    Row("the last one fails", AUDIO, (DOWN, DOWN), "refuse 480 agents_unavailable"),
    Row("the last one is busy", AUDIO, (DOWN, BUSY), "refuse 486 agent_busy"),
]


@pytest.fixture
def house(world: Any) -> Any:
    """The second agent is a person behind the tenant's trunk."""
    world.agent("agt_second", version=2, kind=HumanAgent("trk_a", "100"))
    return world


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_switch_is_told_what_to_do(row: Row, house: Any) -> None:
    call = house.call(offer=row.offer)
    instruction = ask(house, Handed(call))
    for leg, failure in enumerate(row.failures):
        instruction = ask(house, Handed(call, instruction.journey, leg, failure), leg + 1)
    assert in_words(instruction) == row.expect


def test_a_number_that_is_not_ours_is_refused_whatever_is_offered(house: Any) -> None:
    call = house.call("+49309999999", offer=G729)
    assert in_words(ask(house, Handed(call))) == "refuse 404 number_unknown"


def test_another_router_goes_on_with_the_decision_of_the_first(house: Any) -> None:
    call = house.call()
    first = ask(house, Handed(call))
    assert first.journey is not None
    house.table.delete("pln_a")
    second = ask(house, Handed(call, first.journey, 0, DOWN), 2, router="r2")
    assert in_words(second) == "leg 1 agt_second sip"
    assert second.journey is not None
    assert second.journey == replace(first.journey, failures=second.journey.failures)
    (failure,) = second.journey.failures
    assert (failure.sip_status, failure.cause) == (503, "NORMAL_TEMPORARY_FAILURE")
    assert failure.at == NOW + timedelta(seconds=2)
    assert second.journey.router_id == "r1"


def test_a_failure_that_is_asked_about_twice_counts_once(house: Any) -> None:
    call = house.call()
    first = ask(house, Handed(call))
    once = ask(house, Handed(call, first.journey, 0, DOWN))
    twice = ask(house, Handed(call, once.journey, 0, DOWN), 1)
    assert twice == once


def test_a_leg_whose_decision_cannot_be_read_is_followed_by_todays_next_one(house: Any) -> None:
    instruction = ask(house, Handed(house.call(), None, 0, DOWN))
    assert in_words(instruction) == "leg 1 agt_second sip"


def test_a_refusal_says_why_in_words(house: Any) -> None:
    instruction = ask(house, Handed(house.call(offer=G729)))
    assert isinstance(instruction, RefuseCall)
    assert isinstance(instruction.journey, Journey)
    decision = instruction.journey.decision
    assert decision.reason == "The provider offers G729 only, and we take PCMU and PCMA."
    assert (decision.code, decision.sip_status, decision.legs) == ("codec_missing", 488, ())
    assert decision.trace[-1].rule == "offer"
