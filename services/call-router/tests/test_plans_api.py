"""Routing plans and the dry run over REST and gRPC."""

from typing import Any

import pytest

from call_router.app.agents import RETIRING
from keepline.routing.v1 import routing_service_pb2 as pb
from servicekit.testing import FakeClock


def _plan(first: str, **changes: Any) -> dict[str, Any]:
    return {"name": "Desk", "numbers": ["+49301234567"], "first_agent_id": first, **changes}


async def test_a_plan_made_now_decides_at_once(api: Any) -> None:
    api.world.table.delete("pln_a")
    first = await api.agent()
    plan = {"name": "Desk", "numbers": ["+49301234567"], "first_agent_id": first}
    created = await api.post("/api/v1/routing/plans", plan)
    assert created["status"] == 201
    asked = {"trunk_id": "trk_a", "called": "0301234567"}
    decision = await api.post("/api/v1/routing/route", asked)
    assert (decision["code"], decision["number"], decision["plan_id"]) == (
        "routed",
        "+49301234567",
        created["id"],
    )
    assert decision["legs"][0]["uri"] == "sip:desk@agents.example;transport=tcp"
    assert [step["rule"] for step in decision["trace"]] == ["table", "trunk", "number", "plan", "agent"]
    path = f"/api/v1/routing/plans/{created['id']}"
    assert (await api.delete(path)).status_code == 204
    assert (await api.post("/api/v1/routing/route", asked))["code"] == "plan_missing"


async def test_the_dry_run_is_the_same_over_grpc(api: Any) -> None:
    asked = {"trunk_id": "trk_a", "called": "0301234567", "caller": "+4917012345678"}
    over_rest = await api.post("/api/v1/routing/route", asked)
    decision = (await api.stub().Simulate(pb.SimulateRequest(**asked))).decision
    assert (decision.code, decision.reason) == (over_rest["code"], over_rest["reason"])
    assert [leg.uri for leg in decision.legs] == [leg["uri"] for leg in over_rest["legs"]]
    assert [step.detail for step in decision.trace] == [step["detail"] for step in over_rest["trace"]]
    other = (await api.stub("t_b").Simulate(pb.SimulateRequest(**asked))).decision
    assert (other.code, other.sip_status) == ("trunk_unknown", 404)


INVALID_PLANS: list[tuple[dict[str, Any], str, str]] = [
    ({"numbers": ["0301234567"]}, "/numbers/0", "number_not_e164"),
    ({"numbers": ["+49301234567", "+49301234567"]}, "/numbers/1", "number_repeated"),
    ({"first_agent_id": "agt_nobody"}, "/first_agent_id", "agent_not_found"),
    ({"fallback_agent_id": "agt_nobody"}, "/fallback_agent_id", "agent_not_found"),
    ({"name": " "}, "/name", "name_invalid"),
    ({"numbers": ["+49309999999"]}, "/numbers/0", "number_not_held"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), INVALID_PLANS)
async def test_what_is_wrong_with_a_plan_is_told_alike_on_both_sides(
    api: Any, changes: dict[str, Any], pointer: str, code: str
) -> None:
    plan = _plan(await api.agent(), **changes)
    refused = await api.post("/api/v1/routing/plans", plan)
    assert (refused["status"], refused["code"]) == (422, "plan_invalid")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [(pointer, code)]
    problem = await api.problem(api.stub().CreatePlan(pb.CreatePlanRequest(**plan)))
    assert [(v.pointer, v.code) for v in problem.violations] == [(pointer, code)]


async def test_a_plan_names_no_agent_of_another_tenant(api: Any) -> None:
    stranger = await api.agent("t_b")
    refused = await api.post("/api/v1/routing/plans", _plan(stranger))
    assert [e["code"] for e in refused["errors"]] == ["agent_not_found"]


async def test_a_number_that_another_plan_has_is_refused_with_its_place(api: Any) -> None:
    first = await api.agent()
    api.world.number("num_1", e164="+49301111111")
    other = await api.post("/api/v1/routing/plans", _plan(first))
    twice = _plan(first, numbers=["+49301111111", "+49301234567"])
    refused = await api.post("/api/v1/routing/plans", twice)
    assert (refused["status"], refused["code"]) == (409, "number_planned")
    assert refused["errors"][0]["pointer"] == "/numbers/1"
    assert other["id"] in refused["detail"]
    problem = await api.problem(api.stub().CreatePlan(pb.CreatePlanRequest(**twice)))
    assert problem.code == "number_planned"
    api.world.number("num_b", tenant_id="t_b", trunk_id="trk_b")
    assert (await api.post("/api/v1/routing/plans", _plan(await api.agent("t_b")), "t_b"))["status"] == 201


async def test_an_agent_in_use_is_not_deleted_and_stays_usable(api: Any) -> None:
    first = await api.agent()
    plan = await api.post("/api/v1/routing/plans", _plan(first))
    refused = await api.delete(f"/api/v1/agents/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "agent_in_use")
    assert plan["id"] in refused.json()["errors"][0]["detail"]
    more = await api.post("/api/v1/routing/plans", _plan(first, numbers=[]))
    assert more["status"] == 201
    for made in (plan, more):
        await api.delete(f"/api/v1/routing/plans/{made['id']}")
    assert (await api.delete(f"/api/v1/agents/{first}")).status_code == 204


async def test_agents_that_a_plan_names_already_are_not_looked_for_again(api: Any) -> None:
    first, second, other = [await api.agent() for _ in range(3)]
    made = await api.post("/api/v1/routing/plans", _plan(first, fallback_agent_id=second))
    for agent_id in (first, second, other):  # as while somebody tries to delete them
        await api.agents.store.retire("t_a", agent_id, FakeClock().now() + RETIRING)
    path = f"/api/v1/routing/plans/{made['id']}"
    swapped = await api.patch(path, name="New", first_agent_id=second, fallback_agent_id=first)
    assert (swapped["status"], swapped["name"], swapped["first_agent_id"]) == (200, "New", second)
    refused = await api.patch(path, fallback_agent_id=other)
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
        ("/fallback_agent_id", "agent_not_found")
    ]


async def test_a_plan_that_loses_its_agent_while_it_is_written_is_taken_back(api: Any) -> None:
    first = await api.agent()
    looks = 0
    find = api.voice_agents.find

    async def find_once(query: Any, **options: Any) -> Any:
        nonlocal looks
        found = await find(query, **options)
        looks += "$nor" in query
        if looks == 1:
            await api.agents.store.retire("t_a", first, FakeClock().now() + RETIRING)
        return found

    api.voice_agents.find = find_once  # type: ignore[method-assign]
    refused = await api.post("/api/v1/routing/plans", _plan(first))
    assert (refused["status"], looks) == (422, 2)
    listed = await api.rest.get("/api/v1/routing/plans", headers=api.as_())
    assert listed.json()["plans"] == []
