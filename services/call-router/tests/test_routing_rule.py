"""Agents and plans keep the one rule of every resource (docs/api.md) and tell what they name and what names
them."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from keepline.routing.v1 import agent_pb2, plan_pb2
from keepline.routing.v1 import routing_service_pb2 as pb
from keepline.routing.v1.call_routing_pb2 import RouteRequest
from keepline.routing.v1.call_routing_pb2_grpc import CallRoutingStub

AGENTS, PLANS, ROUTE = "/api/v1/agents", "/api/v1/routing/plans", "/api/v1/routing/route"
DESK = {"name": "Desk", "sip": {"uri": "sip:desk@agents.example"}}
NUMBER = "+49301234567"


async def _plan(api: Any, **changes: Any) -> Any:
    plan = {"name": "Front desk", "numbers": [NUMBER], "first_agent_id": await api.agent(), **changes}
    return await api.post(PLANS, plan)


async def test_a_patch_of_a_plan_keeps_what_it_does_not_name(api: Any) -> None:
    second = await api.agent()
    made = await _plan(api, fallback_agent_id=second, fallback_on_busy=True)
    path = f"{PLANS}/{made['id']}"
    changed = await api.patch(path, if_match='"1"', name="Reception")
    assert (changed["version"], changed["name"], changed["numbers"]) == (2, "Reception", [NUMBER])
    reset = await api.patch(path, fallback_agent_id=None, fallback_on_busy=None, numbers=None)
    assert ("fallback_agent_id" in reset, reset["fallback_on_busy"], reset["numbers"]) == (False, False, [])
    refused = await api.patch(path, first_agent_id=None, name=None, created_at="2020-01-01T00:00:00.000Z")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/name", "field_not_resettable"),
        ("/first_agent_id", "field_not_resettable"),
        ("/created_at", "field_read_only"),
    }


@pytest.mark.parametrize("path", [AGENTS, PLANS])
async def test_what_was_read_can_be_written_back(api: Any, path: str) -> None:
    made = await api.post(AGENTS, DESK) if path == AGENTS else await _plan(api)
    one = f"{path}/{made['id']}"
    read = await api.rest.get(one, headers=api.as_())
    headers = api.as_() | {"if-match": read.headers["etag"]}
    same = await api.rest.patch(one, json=read.json(), headers=headers)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert (
        await api.rest.get(one, headers=api.as_() | {"if-none-match": read.headers["etag"]})
    ).content == b""
    for method in ("PATCH", "DELETE"):
        free = await api.rest.request(method, one, json={}, headers=api.as_())
        assert (free.status_code, free.json()["code"]) == (428, "precondition_required")
    assert (await api.rest.put(one, json={}, headers=api.as_())).status_code == 405


async def test_a_repeated_post_makes_one_thing(api: Any) -> None:
    agent = await api.post(AGENTS, DESK, key="6b1f")
    assert await api.post(AGENTS, DESK, key="6b1f") == agent
    plan = {"name": "Desk", "numbers": [NUMBER], "first_agent_id": agent["id"]}
    made = await api.post(PLANS, plan, key="77aa")
    assert await api.post(PLANS, plan, key="77aa") == made
    other = await api.post(PLANS, {**plan, "name": "Bar"}, key="77aa")
    assert (other["status"], other["code"]) == (422, "idempotency_key_reused")
    stub, metadata = api.stub(), (("idempotency-key", "c0de"),)
    asked = pb.CreateAgentRequest(name="Bar", sip=agent_pb2.SipAgent(uri="sip:bar@agents.example"))
    over_grpc = await stub.CreateAgent(asked, metadata=metadata)
    assert await stub.CreateAgent(asked, metadata=metadata) == over_grpc
    assert len((await api.get(AGENTS))["agents"]) == 2


async def test_all_faults_of_an_agent_come_at_once(api: Any) -> None:
    body = {"human": {"trunk_id": "trk_none", "target": "1,2"}, "ring_seconds": 2, "colour": "red"}
    refused = await api.post(AGENTS, body)
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/colour", "field_unknown"),
        ("/name", "field_missing"),
        ("/human/target", "target_invalid"),
        ("/human/trunk_id", "trunk_not_found"),
        ("/ring_seconds", "ring_seconds_invalid"),
    }
    assert all(e["hint"] for e in refused["errors"])
    refused = await api.post(AGENTS, {"name": "Desk", "sip": {"uri": "http://x", "wat": 1}})
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/sip/uri", "sip_uri_invalid"),
        ("/sip/wat", "field_unknown"),
    }
    for value in (True, "20", 20.5):
        refused = await api.post(AGENTS, {**DESK, "ring_seconds": value})
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/ring_seconds", "field_type")]


async def test_all_faults_of_a_plan_come_at_once(api: Any) -> None:
    body = {"numbers": ["030", "+49309999999"], "first_agent_id": "agt_none", "fallback_on_busy": "yes"}
    refused = await api.post(PLANS, body)
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/name", "field_missing"),
        ("/numbers/0", "number_not_e164"),
        ("/numbers/1", "number_not_held"),
        ("/first_agent_id", "agent_not_found"),
        ("/fallback_on_busy", "field_type"),
    }


async def test_an_agent_of_the_other_kind_leaves_the_first_one_behind(api: Any) -> None:
    made = await api.post(AGENTS, DESK)
    path, human = f"{AGENTS}/{made['id']}", {"trunk_id": "trk_a", "target": "100"}
    refused = await api.patch(path, human=human)
    assert [e["code"] for e in refused["errors"]] == ["agent_kind_ambiguous"]
    changed = await api.patch(path, human=human, sip=None, ring_seconds=None)
    assert (changed["human"], "sip" in changed, changed["ring_seconds"]) == (human, False, 20)
    asked = agent_pb2.Agent(id=made["id"], sip=agent_pb2.SipAgent(uri="sip:bar@agents.example"))
    request = pb.UpdateAgentRequest(agent=asked, update_mask=FieldMask(paths=["sip"]), expected_version=2)
    back = (await api.stub().UpdateAgent(request)).agent
    assert (back.sip.uri, back.HasField("human"), back.name) == ("sip:bar@agents.example", False, "Desk")


async def test_a_plan_shows_a_number_that_is_gone_and_can_be_changed_all_the_same(api: Any) -> None:
    made = await _plan(api)
    assert made["dangling"] == []
    api.world.table.delete("num_a")
    path = f"{PLANS}/{made['id']}"
    shown = (await api.get(path))["dangling"]
    assert [(one["pointer"], one["code"], bool(one["hint"])) for one in shown] == [
        ("/numbers/0", "number_not_held", True)
    ]
    assert (await api.get(PLANS))["plans"][0]["dangling"] == shown
    got = (await api.stub().GetPlan(pb.GetPlanRequest(id=made["id"]))).plan
    assert [(one.field, one.code) for one in got.dangling] == [("numbers[0]", "number_not_held")]
    assert (await api.patch(path, name="Bar"))["status"] == 200
    refused = await api.patch(path, numbers=[NUMBER, "+49309999999"])
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/numbers/1", "number_not_held")]


async def test_a_person_behind_a_trunk_that_is_gone_is_shown_in_agent_and_plan(api: Any) -> None:
    agent = await api.post(AGENTS, {"name": "Ann", "human": {"trunk_id": "trk_a", "target": "100"}})
    api.world.trunk("trk_b")
    api.world.table.delete("trk_a")
    path = f"{AGENTS}/{agent['id']}"
    assert [one["pointer"] for one in (await api.get(path))["dangling"]] == ["/human/trunk_id"]
    assert (await api.patch(path, name="Ann B"))["status"] == 200
    plan = await _plan(api, first_agent_id=agent["id"])
    assert [(one["pointer"], one["code"]) for one in plan["dangling"]] == [
        ("/first_agent_id", "trunk_not_found")
    ]
    assert (await api.patch(path, human={"trunk_id": "trk_b"}))["dangling"] == []


async def test_a_number_of_another_tenant_is_not_held(api: Any) -> None:
    api.world.number("num_b", tenant_id="t_b", trunk_id="trk_b", e164="+49308888888")
    refused = await _plan(api, numbers=["+49308888888"])
    assert [e["code"] for e in refused["errors"]] == ["number_not_held"]


async def test_before_the_table_was_read_nobody_can_say_what_is_held(api: Any) -> None:
    api.world.table.ready = False
    refused = await _plan(api, numbers=["+49309999999"])
    assert (refused["status"], refused["code"]) == (503, "records_unavailable")


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"order_by": "name desc"}, ["Night", "Front desk", "Bar"]),
    ({"numbers": NUMBER}, ["Front desk"]),
    ({"name": ["Bar", "Night"], "order_by": "name"}, ["Bar", "Night"]),
    ({"q": "DESK"}, ["Front desk"]),
    ({"fallback_agent_id": "agt_none"}, []),
]


@pytest.mark.parametrize(("query", "names"), FILTERS)
async def test_plans_are_asked_by_their_fields(api: Any, query: dict[str, Any], names: list[str]) -> None:
    first = await api.agent()
    for name, numbers in (("Front desk", [NUMBER]), ("Bar", []), ("Night", [])):
        await api.post(PLANS, {"name": name, "numbers": numbers, "first_agent_id": first})
    assert (await api.get(PLANS, fields="name", **query))["plans"] == [{"name": name} for name in names]
    asked = {
        name: value if isinstance(value, list) or name in ("order_by", "q") else [value]
        for name, value in query.items()
    }
    listed = await api.stub().ListPlans(pb.ListPlansRequest(fields=FieldMask(paths=["name"]), **asked))
    assert list(listed.plans) == [plan_pb2.RoutingPlan(name=name) for name in names]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{AGENTS}?enabled=false", "parameter_unknown"),
        (f"{AGENTS}?order_by=sip", "order_by_invalid"),
        (f"{PLANS}?numbers=+49301234567", "number_not_e164"),
        (f"{PLANS}?numbers=030%201234567", "number_not_e164"),
        ("/api/v1/calls?number=020%207946%200123", "number_not_e164"),
        ("/api/v1/calls?number=+442079460123", "number_not_e164"),
        ("/api/v1/calls?started_at_after=1795615906", "parameter_invalid"),
        ("/api/v1/calls?started_at_after=0.5", "parameter_invalid"),
        ("/api/v1/calls?answered=yes", "parameter_invalid"),
        ("/api/v1/calls?direction=sideways", "parameter_invalid"),
        ("/api/v1/calls?tenant_id=t_b", "parameter_unknown"),
        (f"{AGENTS}/agt_1?verbose=true", "parameter_unknown"),
    ],
)
async def test_a_question_that_cannot_be_meant_is_no_empty_list(api: Any, path: str, code: str) -> None:
    answer = await api.rest.get(path, headers=api.as_())
    assert answer.status_code == 422
    assert [(fault["code"], bool(fault["hint"])) for fault in answer.json()["errors"]] == [(code, True)]


async def test_a_dry_run_says_all_that_is_wrong_and_nothing_that_is_not(api: Any) -> None:
    refused = await api.post(ROUTE, {"trunk_id": 5, "called": "1\n", "caller": "x" * 65, "colour": "red"})
    assert (refused["status"], {(e["pointer"], e["code"]) for e in refused["errors"]}) == (
        422,
        {
            ("/trunk_id", "field_type"),
            ("/called", "called_invalid"),
            ("/caller", "caller_invalid"),
            ("/colour", "field_unknown"),
        },
    )
    problem = await api.problem(api.stub().Simulate(pb.SimulateRequest(called="1")))
    assert [(v.pointer, v.code) for v in problem.violations] == [("/trunk_id", "field_missing")]
    routed = await api.post(ROUTE, {"trunk_id": "trk_a", "called": "0301234567"})
    assert ("sip_status" in routed, routed["number_id"]) == (False, "num_a")
    unknown = await api.post(ROUTE, {"trunk_id": "trk_a", "called": "0309999999"})
    assert (unknown["sip_status"], {"number", "plan_id", "plan_version"} & unknown.keys()) == (404, set())


ASKED = [
    ({}, {("/trunk_id", "field_missing"), ("/called", "field_missing")}),
    ({"called": "1", "caller": "x" * 65}, {("/trunk_id", "field_missing"), ("/caller", "caller_invalid")}),
    ({"trunk_id": "trk_a", "called": "1" * 65}, {("/called", "called_invalid")}),
]


@pytest.mark.parametrize(("asked", "wrong"), ASKED)
async def test_a_question_is_refused_alike_by_the_router_the_simulation_and_rest(
    api: Any, asked: dict[str, str], wrong: set[tuple[str, str]]
) -> None:
    stub = api.stub()
    for answer in (
        await api.problem(stub.Simulate(pb.SimulateRequest(**asked))),
        await api.problem(api.stub(kind=CallRoutingStub).Route(RouteRequest(**asked))),
    ):
        assert (answer.code, {(v.pointer, v.code) for v in answer.violations}) == ("route_invalid", wrong)
    refused = await api.post(ROUTE, asked)
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == wrong
    empty = await api.post(ROUTE, {"trunk_id": "", "called": "1"})
    assert [(e["pointer"], e["code"]) for e in empty["errors"]] == [("/trunk_id", "trunk_id_invalid")]
