"""What follows a leg that was not answered, by its SIP status and the switch's cause."""

from dataclasses import dataclass
from typing import Any

import pytest

from call_router.domain.explain import explain
from call_router.domain.journey import Journey
from call_router.domain.next_step import Finish, TryLeg, next_step


@dataclass(frozen=True, slots=True)
class Row:
    status: int
    cause: str
    # with another leg left: the next one, or the end
    goes_on: bool
    # without one: what the provider and the tenant are told
    told: int
    code: str


ROWS = [
    Row(408, "RECOVERY_ON_TIMER_EXPIRE", True, 480, "no_answer"),
    Row(480, "NO_USER_RESPONSE", True, 480, "no_answer"),
    Row(500, "NORMAL_TEMPORARY_FAILURE", True, 480, "agents_unavailable"),
    Row(502, "NETWORK_OUT_OF_ORDER", True, 480, "agents_unavailable"),
    Row(503, "NORMAL_TEMPORARY_FAILURE", True, 480, "agents_unavailable"),
    Row(504, "RECOVERY_ON_TIMER_EXPIRE", True, 480, "agents_unavailable"),
    Row(513, "", True, 480, "agents_unavailable"),
    # transport: the switch says a cause and no status
    Row(0, "NETWORK_OUT_OF_ORDER", True, 480, "agents_unavailable"),
    Row(0, "DESTINATION_OUT_OF_ORDER", True, 480, "agents_unavailable"),
    Row(0, "", True, 480, "agents_unavailable"),
    # it rang until its time was over; the 487 is the answer to the switch's own CANCEL
    Row(0, "ALLOTTED_TIMEOUT", True, 480, "no_answer"),
    Row(0, "NO_ANSWER", True, 480, "no_answer"),
    Row(487, "ALLOTTED_TIMEOUT", True, 480, "no_answer"),
    Row(404, "UNALLOCATED_NUMBER", False, 480, "agent_refused"),
    Row(403, "CALL_REJECTED", False, 480, "agent_refused"),
    Row(488, "INCOMPATIBLE_DESTINATION", False, 488, "agent_refused"),
    Row(486, "USER_BUSY", False, 486, "agent_busy"),
    Row(600, "USER_BUSY", False, 600, "agent_busy"),
    Row(603, "CALL_REJECTED", False, 603, "agent_declined"),
    Row(0, "USER_BUSY", False, 486, "agent_busy"),
    Row(487, "ORIGINATOR_CANCEL", False, 487, "caller_cancelled"),
    Row(0, "ORIGINATOR_CANCEL", False, 487, "caller_cancelled"),
]


def journey(world: Any) -> Journey:
    decision = world.route()
    return Journey(decision.call, explain(decision), decision.fallback_on_busy, decision.decided_at, "r1")


BUSY = {486, 600, 603}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status} {row.cause}")
def test_only_an_agent_that_cannot_be_had_gives_way_to_the_next(row: Row, world: Any) -> None:
    step = next_step(journey(world), 0, row.status, row.cause)
    assert isinstance(step, TryLeg) == row.goes_on
    if isinstance(step, TryLeg):
        assert (step.index, step.leg.agent_id) == (1, "agt_second")
    else:
        assert (step.status, step.code) == (row.told, row.code)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status} {row.cause}")
def test_after_the_last_leg_the_provider_gets_the_last_legs_status(row: Row, world: Any) -> None:
    step = next_step(journey(world), 1, row.status, row.cause)
    assert isinstance(step, Finish)
    assert (step.status, step.code) == (row.told, row.code)
    assert step.reason.endswith(".")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status} {row.cause}")
def test_a_plan_may_send_busy_callers_to_the_fallback(row: Row, world: Any) -> None:
    world.plan(version=2, fallback_on_busy=True)
    step = next_step(journey(world), 0, row.status, row.cause)
    busy = row.status in BUSY or row.cause == "USER_BUSY"
    assert isinstance(step, TryLeg) == (row.goes_on or busy)


def test_neither_a_404_nor_a_5xx_of_an_agent_is_ever_told_to_the_provider(world: Any) -> None:
    decision = journey(world)
    told = {
        step.status
        for status in range(300, 700)
        if isinstance(step := next_step(decision, 1, status, ""), Finish)
    }
    assert told == {480, 486, 488, 600, 603}


def test_a_fallback_that_is_kept_back_is_said(world: Any) -> None:
    step = next_step(journey(world), 0, 486, "USER_BUSY")
    assert isinstance(step, Finish)
    assert step.reason == "First is busy, and the plan keeps its fallback for other failures."
