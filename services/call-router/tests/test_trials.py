"""validate_only of agents and plans: the answer of the write, and nothing is written."""

from typing import Any

import pytest

from keepline.routing.v1 import routing_service_pb2 as pb
from keepline.routing.v1.plan_pb2 import RoutingPlan

AGENTS, PLANS = "/api/v1/agents", "/api/v1/routing/plans"
DESK = {"name": "Desk", "sip": {"uri": "sip:desk@agents.example;transport=tcp"}}
NUMBER = "+49301234567"


def plan(agent_id: str, **fields: Any) -> dict[str, Any]:
    return {"name": "Day", "numbers": [NUMBER], "first_agent_id": agent_id, **fields}


@pytest.mark.parametrize(("path", "of"), [(AGENTS, lambda _: DESK), (PLANS, plan)], ids=["agent", "plan"])
async def test_an_object_is_only_validated(api: Any, path: str, of: Any) -> None:
    body = of(await api.agent())
    known = len(api.world.table)
    would = await api.post(f"{path}?validate_only=true", body, key="mine")
    assert len(api.world.table) == known
    made = await api.post(path, body, key="mine")
    assert (would["status"], made["status"]) == (200, 201)
    assert would | {"id": made["id"], "status": 201} == made
    changed = await api.patch(f"{path}/{made['id']}?validate_only=true", if_match='"1"', name="Night")
    assert (changed["name"], changed["version"]) == ("Night", 2)
    assert (await api.get(f"{path}/{made['id']}"))["name"] == body["name"]


async def test_what_is_validated_routes_no_call(api: Any) -> None:
    agent = await api.agent()
    made = await api.post(PLANS, plan(agent))
    asked = {"trunk_id": "trk_a", "called": NUMBER}
    before = await api.post("/api/v1/routing/route", asked)
    await api.patch(f"{PLANS}/{made['id']}?validate_only=true", numbers=[])
    await api.patch(f"{AGENTS}/{agent}?validate_only=true", name="Somebody else")
    after = await api.post("/api/v1/routing/route", asked)
    assert before["legs"] == after["legs"]


async def test_it_is_refused_as_the_write_would_be(api: Any) -> None:
    agent = await api.agent()
    other = await api.post(PLANS, plan(agent))
    for path, body in (
        (AGENTS, {"name": "", "sip": {"uri": "sip:x@127.0.0.1"}}),
        (PLANS, plan(agent)),
        (PLANS, plan("agt_none", numbers=["+4930999"], name="")),
    ):
        would = await api.post(f"{path}?validate_only=true", body)
        real = await api.post(path, body)
        assert would["status"] in (409, 422)
        assert [would[part] for part in ("status", "code", "detail", "errors")] == [
            real[part] for part in ("status", "code", "detail", "errors")
        ]
    empty = await api.post(PLANS, plan(agent, numbers=[]))
    taken = await api.patch(f"{PLANS}/{empty['id']}?validate_only=true", numbers=[NUMBER])
    assert (taken["code"], other["id"] in taken["detail"]) == ("number_planned", True)
    late = await api.patch(f"{PLANS}/{empty['id']}?validate_only=true", if_match='"9"', name="x")
    assert late["code"] == "version_mismatch"
    assert (await api.patch(f"{PLANS}/{empty['id']}?validate_only=true", "t_b"))["code"] == "plan_not_found"


async def test_the_same_over_grpc(api: Any) -> None:
    agent = await api.agent()
    fields = plan(agent)
    would = (await api.stub().CreatePlan(pb.CreatePlanRequest(**fields, validate_only=True))).plan
    assert (would.id, list(would.numbers), would.version) == ("", [NUMBER], 1)
    made = (await api.stub().CreatePlan(pb.CreatePlanRequest(**fields))).plan
    change = pb.UpdatePlanRequest(
        plan=RoutingPlan(id=made.id, name="Night"), any_version=True, validate_only=True
    )
    assert (await api.stub().UpdatePlan(change)).plan.name == "Night"
    assert (await api.stub().GetPlan(pb.GetPlanRequest(id=made.id))).plan == made
    asked = pb.CreateAgentRequest(name="Desk", validate_only=True)
    problem = await api.problem(api.stub().CreateAgent(asked))
    assert problem.code == "agent_invalid"
