"""Which plans name a number, as the routing topic tells it."""

import asyncio

import pytest

from keepline.routing.v1.agent_pb2 import Agent
from keepline.routing.v1.plan_pb2 import RoutingPlan, RoutingState
from phone_sources.adapters.plan_directory import PlanDirectory
from phone_sources.domain.e164 import E164
from servicekit.errors import Unavailable

DESK = E164("+493023125432")


def directory(within_seconds: float = 0.0) -> PlanDirectory:
    plans = PlanDirectory(within_seconds)
    plans.caught_up()
    return plans


def plan(plan_id: str, *numbers: str, version: int = 1, tenant: str = "t_a") -> bytes:
    made = RoutingPlan(id=plan_id, tenant_id=tenant, version=version, numbers=numbers)
    return RoutingState(plan=made).SerializeToString()


async def test_a_plan_names_its_numbers_until_it_lets_them_go_or_is_deleted() -> None:
    plans = directory()
    plans.heard("pln_1", plan("pln_1", DESK.value, "+493023125433"))
    plans.heard("pln_2", plan("pln_2", DESK.value))
    plans.heard("pln_b", plan("pln_b", DESK.value, tenant="t_b"))
    plans.heard("agt_1", RoutingState(agent=Agent(id="agt_1", tenant_id="t_a")).SerializeToString())
    assert await plans.naming("t_a", DESK) == ("pln_1", "pln_2")
    plans.heard("pln_1", plan("pln_1", version=2))
    plans.heard("pln_1", plan("pln_1", DESK.value, version=1))
    assert await plans.naming("t_a", DESK) == ("pln_2",)
    plans.heard("pln_2", None)
    plans.heard("pln_2", None)
    assert await plans.naming("t_a", DESK) == ()
    assert await plans.naming("t_b", DESK) == ("pln_b",)


async def test_a_plan_that_lets_go_a_moment_later_is_waited_for() -> None:
    plans = directory(within_seconds=5.0)
    plans.heard("pln_1", plan("pln_1", DESK.value))
    asking = asyncio.create_task(plans.naming("t_a", DESK))
    await asyncio.sleep(0)
    plans.heard("pln_1", None)
    assert await asking == ()


async def test_before_all_plans_were_read_nobody_can_say() -> None:
    plans = PlanDirectory()
    with pytest.raises(Unavailable):
        await plans.naming("t_a", DESK)
