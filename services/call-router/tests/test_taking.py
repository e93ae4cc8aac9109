"""takeNumbers: a plan takes numbers from the tenant's other plans, and none is lost on the way."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from call_router.adapters.mongo.plans import PlanDocuments
from call_router.app.taking import UNDER_WAY, Taking
from call_router.domain.plan import Plan
from call_router.ports import Planned
from keepline.routing.v1 import routing_service_pb2 as pb
from servicekit.errors import Unavailable

PLANS = "/api/v1/routing/plans"
NUMBERS = ("+49301234501", "+49301234502", "+49301234503", "+49301234504")
FIRST, SECOND, THIRD, FREE = NUMBERS


class Failing(PlanDocuments):
    """The database fails between the write of the plan that gives and the one of the plan that takes."""

    async def replace(self, plan: Plan, expected_version: int, before: Plan | None = None) -> Planned | bool:
        raise Unavailable("storage_unavailable", "the database does not answer")


def holds(api: Any, *numbers: str) -> None:
    for number in numbers:
        api.world.number(f"num_{number[-2:]}", e164=number)


async def plan(api: Any, *numbers: str) -> str:
    body = {"name": "Day", "numbers": list(numbers), "first_agent_id": await api.agent()}
    made = await api.post(PLANS, body)
    assert made["status"] == 201, made
    return str(made["id"])


async def take(api: Any, plan_id: str, *numbers: Any, tenant: str = "t_a", key: str = "") -> Any:
    return await api.post(f"{PLANS}/{plan_id}:takeNumbers", {"numbers": list(numbers)}, tenant, key)


async def numbers_of(api: Any, *plan_ids: str) -> list[list[str]]:
    return [(await api.get(f"{PLANS}/{plan_id}"))["numbers"] for plan_id in plan_ids]


async def test_numbers_come_from_other_plans_and_from_none(api: Any) -> None:
    holds(api, *NUMBERS)
    day, night, taker = await plan(api, FIRST, SECOND), await plan(api, THIRD), await plan(api)
    taken = await take(api, taker, FREE, SECOND, THIRD)
    assert (taken["status"], set(taken["numbers"])) == (200, {FREE, SECOND, THIRD})
    assert await numbers_of(api, day, night) == [[FIRST], []]
    decision = await api.post("/api/v1/routing/route", {"trunk_id": "trk_a", "called": SECOND})
    assert decision["plan_id"] == taker
    assert not await api.taking.plans.store.passing_of(day)


async def test_the_same_again_changes_nothing(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    first = await take(api, taker, FIRST, key="mine")
    assert await take(api, taker, FIRST) == first
    await take(api, day, FIRST)
    assert await take(api, taker, FIRST, key="mine") == first  # as it was answered
    assert await numbers_of(api, day, taker) == [[FIRST], []]


WRONG = [
    ([], "/numbers", "field_invalid"),
    ([5], "/numbers/0", "field_type"),
    (["0301234501"], "/numbers/0", "number_not_e164"),
    ([FIRST, FIRST], "/numbers/1", "number_repeated"),
    ([FIRST, "+4930999999"], "/numbers/1", "number_not_held"),
]


@pytest.mark.parametrize(("numbers", "pointer", "code"), WRONG)
async def test_what_cannot_be_taken_is_told(api: Any, numbers: Any, pointer: str, code: str) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    refused = await take(api, taker, *numbers)
    assert (refused["status"], refused["code"]) == (422, "plan_invalid")
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in refused["errors"]]
    assert await numbers_of(api, day, taker) == [[FIRST], []]


async def test_a_plan_has_its_bound(api: Any) -> None:
    many = [f"+4930{place:07}" for place in range(1001)]
    for place, number in enumerate(many):
        api.world.number(f"num_{place}", e164=number)
    taker = await plan(api, *many[:1000])
    refused = await take(api, taker, many[1000])
    assert [one["code"] for one in refused["errors"]] == ["numbers_too_many"]


async def test_another_tenants_plan_is_not_there_and_a_viewer_takes_nothing(api: Any) -> None:
    holds(api, *NUMBERS)
    day = await plan(api, FIRST)
    refused = await take(api, day, FIRST, tenant="t_b")
    assert (refused["status"], refused["code"]) == (404, "plan_not_found")
    path, headers = f"{PLANS}/{day}:takeNumbers", api.as_(role="viewer")
    answer = await api.rest.post(path, json={"numbers": [FIRST]}, headers=headers)
    assert answer.json()["code"] == "role_forbidden"


async def broken(api: Any, giver: str, taker: str) -> None:
    """A taking that died in the middle: the number is with nobody for now."""
    plans = api.taking.plans
    store = plans.store
    failing = Taking(replace(plans, store=Failing(store.collection, store.clock, store.wrote)))
    with pytest.raises(Unavailable):
        await failing.take("t_a", taker, [FIRST])
    assert await numbers_of(api, giver, taker) == [[], []]


async def test_what_died_in_the_middle_is_ended_by_whoever_looks_next(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    await broken(api, day, taker)
    api.clock.advance(UNDER_WAY.total_seconds() / 2)
    await api.taking.settle_all()  # it may still be at work
    assert await numbers_of(api, day, taker) == [[], []]
    api.clock.advance(UNDER_WAY.total_seconds() + 1)
    await api.taking.settle_all()
    assert await numbers_of(api, day, taker) == [[], [FIRST]]
    assert not await api.taking.plans.store.passing_of(day)


async def test_the_request_again_ends_it_too(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    await broken(api, day, taker)
    assert (await take(api, taker, FIRST))["numbers"] == [FIRST]
    api.clock.advance(UNDER_WAY.total_seconds() + 1)
    await api.taking.settle_all()
    assert await numbers_of(api, day, taker) == [[], [FIRST]]
    assert not await api.taking.plans.store.passing_of(day)


async def test_a_number_is_given_back_where_its_new_plan_is_gone(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    await broken(api, day, taker)
    assert (await api.delete(f"{PLANS}/{taker}")).status_code == 204
    api.clock.advance(UNDER_WAY.total_seconds() + 1)
    await api.taking.settle_all()
    assert await numbers_of(api, day) == [[FIRST]]


async def test_what_a_plan_let_go_arrives_before_that_plan_is_deleted(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    await broken(api, day, taker)
    assert (await api.delete(f"{PLANS}/{day}", tenant="t_b")).status_code == 404
    assert await numbers_of(api, taker) == [[]]
    assert (await api.delete(f"{PLANS}/{day}")).status_code == 204
    assert await numbers_of(api, taker) == [[FIRST]]


async def test_of_many_who_take_at_once_each_number_ends_in_one_plan(api: Any) -> None:
    holds(api, *NUMBERS)
    ids = [await plan(api, FIRST, SECOND, THIRD), *[await plan(api) for _ in range(3)]]
    answers = await asyncio.gather(*(take(api, one, *NUMBERS) for one in ids for _ in range(2)))
    assert {answer["status"] for answer in answers} <= {200, 412}
    api.clock.advance(UNDER_WAY.total_seconds() + 1)
    await api.taking.settle_all()
    assert sorted(flat(await numbers_of(api, *ids))) == sorted(NUMBERS)


def flat(lists: Iterable[Iterable[str]]) -> list[str]:
    return [one for some in lists for one in some]


async def test_the_same_over_grpc(api: Any) -> None:
    holds(api, *NUMBERS)
    day, taker = await plan(api, FIRST), await plan(api)
    taken = await api.stub().TakeNumbers(pb.TakeNumbersRequest(id=taker, numbers=[FIRST]))
    assert list(taken.plan.numbers) == [FIRST]
    assert await numbers_of(api, day) == [[]]
    nobody = pb.TakeNumbersRequest(id="pln_none", numbers=[FIRST])
    problem = await api.problem(api.stub().TakeNumbers(nobody))
    assert problem.code == "plan_not_found"
