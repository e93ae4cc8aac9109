"""What holds for every part of the API: tenants, roles, unknown fields, pages, and calls."""

from typing import Any

import pytest

from call_router.domain.call_event import (
    CallEnded,
    CallEvent,
    CallRouted,
    CallStarted,
    LegFailed,
    LegStarted,
    WholeCall,
)
from call_router.domain.explain import explain
from keepline.routing.v1 import call_log_pb2, plan_pb2
from keepline.routing.v1 import routing_service_pb2 as pb
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub
from servicekit.testing import FakeClock

DESK = {"name": "Desk", "sip": {"uri": "sip:desk@agents.example;transport=tcp"}}


def _plan(first: str, **changes: Any) -> dict[str, Any]:
    return {"name": "Desk", "numbers": ["+49301234567"], "first_agent_id": first, **changes}


async def test_another_tenants_things_do_not_exist(api: Any) -> None:
    agent = await api.agent("t_b")
    api.world.number("num_b", tenant_id="t_b", trunk_id="trk_b")
    plan = await api.post("/api/v1/routing/plans", _plan(agent), "t_b")
    for path in (f"/api/v1/agents/{agent}", f"/api/v1/routing/plans/{plan['id']}"):
        assert (await api.get(path))["status"] == 404
        assert (await api.patch(path, name="x"))["status"] == 404
        assert (await api.delete(path)).status_code == 404
    stub = api.stub()
    assert (await api.problem(stub.GetAgent(pb.GetAgentRequest(id=agent)))).code == "agent_not_found"
    gone = pb.DeletePlanRequest(id=plan["id"], any_version=True)
    assert (await api.problem(stub.DeletePlan(gone))).code == "plan_not_found"
    assert list((await stub.ListAgents(pb.ListAgentsRequest())).agents) == []
    assert list((await stub.ListPlans(pb.ListPlansRequest())).plans) == []


async def test_who_only_reads_does_not_write(api: Any) -> None:
    viewer = api.as_(role="viewer")
    writes = [
        api.rest.post("/api/v1/agents", json=DESK, headers=viewer),
        api.rest.patch("/api/v1/agents/agt_1", json=DESK, headers=viewer),
        api.rest.delete("/api/v1/agents/agt_1", headers=viewer),
        api.rest.post("/api/v1/routing/plans", json=_plan("agt_1"), headers=viewer),
        api.rest.patch("/api/v1/routing/plans/pln_1", json=_plan("agt_1"), headers=viewer),
        api.rest.delete("/api/v1/routing/plans/pln_1", headers=viewer),
    ]
    assert [(await write).status_code for write in writes] == [403] * len(writes)
    stub = api.stub(role="viewer")
    for call in (
        stub.CreateAgent(pb.CreateAgentRequest(name="x")),
        stub.UpdatePlan(pb.UpdatePlanRequest(plan=plan_pb2.RoutingPlan(id="pln_1"))),
        stub.DeleteAgent(pb.DeleteAgentRequest(id="agt_1")),
    ):
        assert (await api.problem(call)).code == "role_forbidden"


async def test_unknown_fields_and_queries_are_refused(api: Any) -> None:
    assert (await api.post("/api/v1/agents", {**DESK, "tenant_id": "t_b"}))["status"] == 422
    answer = await api.rest.get("/api/v1/calls?tenant_id=t_b", headers=api.as_())
    assert answer.status_code == 422


async def test_without_the_database_it_says_so_and_routes_on(api: Any) -> None:
    api.voice_agents.away = True
    refused = await api.post("/api/v1/agents", DESK)
    assert (refused["status"], refused["code"]) == (503, "storage_unavailable")
    assert (await api.post("/api/v1/routing/route", {"trunk_id": "trk_a", "called": "0301234567"}))[
        "code"
    ] == "routed"


async def test_calls_are_read_by_their_tenant_alone(api: Any) -> None:
    decision = explain(api.world.route("0301234567"))
    at = FakeClock().now()
    facts = [CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060"), CallRouted(decision)]
    whole = WholeCall(at, None, "+4917012345678", "0301234567", "127.0.1.5:5060")
    ended = CallEnded("NORMAL_CLEARING", 200, 900, 1000, None, "agent", whole, 5000)
    await api.log.keep([CallEvent("call_1", at, "t_a", "trk_a", fact, 2, "sw1") for fact in (*facts, ended)])
    listed = (await api.rest.get("/api/v1/calls?number=%2B49301234567", headers=api.as_())).json()
    (call,) = listed["calls"]
    assert (call["id"], call["decision"]["reason"]) == ("call_1", decision.reason)
    assert call["legs"][0]["uri"] == decision.legs[0].uri
    assert (call["ended_by"], call["direction"], call["attempt"]) == ("agent", "inbound", 2)
    assert (call["attempts"][0]["switch_id"], call["estimated_within_ms"]) == ("sw1", 5000)
    stub = api.stub(kind=CallLogStub)
    got = (await stub.GetCall(call_log_pb2.GetCallRequest(id="call_1"))).call
    assert (got.decision.reason, got.legs[0].uri) == (decision.reason, decision.legs[0].uri)
    assert (got.ended_by, got.direction) == (call_log_pb2.ENDED_BY_AGENT, call_log_pb2.DIRECTION_INBOUND)
    assert (got.attempt, got.attempts[0].switch_id, got.estimated_within_ms) == (2, "sw1", 5000)
    assert list((await stub.ListCalls(call_log_pb2.ListCallsRequest(answered=True))).calls) == []
    assert (await api.rest.get("/api/v1/calls/call_1", headers=api.as_("t_b"))).status_code == 404
    assert (await api.rest.get("/api/v1/calls", headers=api.as_("t_b"))).json()["calls"] == []
    strange = api.stub("t_b", kind=CallLogStub).GetCall(call_log_pb2.GetCallRequest(id="call_1"))
    assert (await api.problem(strange)).code == "call_not_found"


async def test_events_of_a_call_are_told_in_order_to_its_tenant_alone(api: Any) -> None:
    at = FakeClock().now()
    started = CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060")
    failed = LegFailed(0, "agt_1", 486, "USER_BUSY", "the agent is busy", "nothing")
    facts = (failed, LegStarted(0, "agt_1", "sip:desk@agents.example"), started)
    await api.log.keep([CallEvent("call_1", at, "t_a", "trk_a", fact, 1, "sw1") for fact in facts])
    path = "/api/v1/calls/call_1/events"
    told = (await api.rest.get(path, headers=api.as_())).json()["events"]
    assert [one["name"] for one in told] == ["call_started", "leg_started", "leg_failed"]
    assert (told[2]["sip_status"], told[2]["next"], "next_leg_index" in told[2]) == (486, "nothing", False)
    stub = api.stub(kind=CallLogStub)
    asked = call_log_pb2.GetCallEventsRequest(id="call_1")
    events = (await stub.GetCallEvents(asked)).events
    assert [one.seq for one in events] == [one["seq"] for one in told]
    assert events[2].leg_failed.sip_status == 486
    assert (await api.rest.get(path, headers=api.as_("t_b"))).json()["code"] == "call_not_found"
    strange = api.stub("t_b", kind=CallLogStub).GetCallEvents(asked)
    assert (await api.problem(strange)).code == "call_not_found"


async def test_lists_go_on_where_the_page_before_stopped(api: Any) -> None:
    made = [await api.agent() for _ in range(3)]
    first = (await api.rest.get("/api/v1/agents?page_size=2", headers=api.as_())).json()
    token = first["next_page_token"]
    second = (await api.rest.get(f"/api/v1/agents?page_token={token}", headers=api.as_())).json()
    assert [one["id"] for one in first["agents"] + second["agents"]] == made
    assert "next_page_token" not in second


@pytest.mark.parametrize("path", ["/api/v1/agents", "/api/v1/routing/plans", "/api/v1/calls"])
@pytest.mark.parametrize("token", ["MWJhZA", "%00", "x" * 4000, "MQ%3D%3D"])
async def test_a_page_token_that_nobody_gave_is_refused(api: Any, path: str, token: str) -> None:
    answer = await api.rest.get(f"{path}?page_token={token}", headers=api.as_())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "page_token_invalid")
