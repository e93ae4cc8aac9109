"""Agents over REST and gRPC: the same rules and the same codes on both."""

import asyncio
from typing import Any

import pytest

from call_router.app.agents import RETIRING
from call_router.domain.agent import SipAgent
from keepline.routing.v1 import agent_pb2
from keepline.routing.v1 import routing_service_pb2 as pb
from servicekit.testing import FakeClock

DESK = {"name": "Desk", "sip": {"uri": "sip:desk@agents.example;transport=tcp"}}
NAME = "name_invalid"
GOOD = "sip:desk@agents.example"


async def test_an_agent_lives_from_its_creation_to_its_end(api: Any) -> None:
    created = await api.post("/api/v1/agents", DESK)
    assert (created["status"], created["version"], created["ring_seconds"]) == (201, 1, 20)
    path = f"/api/v1/agents/{created['id']}"
    assert (await api.get(path))["sip"] == DESK["sip"]
    changed = {"name": "Desk 2", "sip": None, "human": {"trunk_id": "trk_a", "target": "100"}}
    answer = await api.patch(path, if_match='"1"', **changed)
    assert (answer["version"], "sip" in answer, answer["human"]["target"]) == (2, False, "100")
    listed = (await api.rest.get("/api/v1/agents", headers=api.as_())).json()
    assert [one["id"] for one in listed["agents"]] == [created["id"]]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path))["status"] == 404


# what RFC 3261, 19.1.4 and 25.1 call equal
ALIKE = [
    ("SIP:desk@agents.example", GOOD),
    ("sip:desk@AGENTS.example", GOOD),
    ("sip:desk@agents.example.", GOOD),
    ("sip:%64esk@agents.example", GOOD),
    ("sip:%2B4930123@agents.example", "sip:+4930123@agents.example"),
    ("Sip:a@Agents.Example.:5070;Transport=TCP", "sip:a@agents.example:5070;transport=tcp"),
    ("sip:a@[2606:4700::1]:5060;TRANSPORT=udp", "sip:a@[2606:4700::1]:5060;transport=udp"),
    ("sip:Desk@agents.example", "sip:Desk@agents.example"),
]


@pytest.mark.parametrize(("written", "kept"), ALIKE)
async def test_what_sip_calls_equal_is_kept_in_one_writing(api: Any, written: str, kept: str) -> None:
    created = await api.post("/api/v1/agents", {"name": "Desk", "sip": {"uri": written}})
    assert (created["status"], created["sip"]["uri"]) == (201, kept)


def _create_agent(**fields: Any) -> pb.CreateAgentRequest:
    return pb.CreateAgentRequest(**{"name": "Desk", **fields})


def _sip(uri: str) -> agent_pb2.SipAgent:
    return agent_pb2.SipAgent(uri=uri)


def _human(trunk_id: str, target: str) -> agent_pb2.HumanAgent:
    return agent_pb2.HumanAgent(trunk_id=trunk_id, target=target)


INVALID_AGENTS = [
    ({"name": "x", "sip": {"uri": uri}}, _create_agent(name="x", sip=_sip(uri)), "/sip/uri", code)
    for uri, code in [
        (" ", "sip_uri_invalid"),
        ("desk@agents.example", "sip_uri_invalid"),
        ("sips:desk@agents.example", "sip_uri_invalid"),
        ("sip:agents.example", "sip_uri_invalid"),
        (f"{GOOD};transport=ws", "sip_uri_invalid"),
        (f"{GOOD};maddr=10.0.0.1", "sip_uri_invalid"),
        (f"{GOOD}?X-Evil=1", "sip_uri_invalid"),
        (f"{GOOD}\r\nX-Evil: 1", "sip_uri_invalid"),
        ("sip:${system}@agents.example", "sip_uri_invalid"),
        ("sip:a,b@agents.example", "sip_uri_invalid"),
        ("sip:desk@-agents.example", "sip_uri_host_invalid"),
        ("sip:desk@999.1.1.1", "sip_uri_host_invalid"),
        ("sip:desk@127.0.0.1", "address_not_public"),
        ("sip:desk@[::ffff:10.0.0.1]", "address_not_public"),
        ("sip:desk@0x7f000001", "address_unusual"),
        ("sip:desk@kubernetes.default.svc", "host_not_public"),
        ("sip:desk@198.41.0.4", "address_own"),
        ("sip:desk@acme.sip.example", "address_own"),
        (f"{GOOD};transport=tls", "sip_uri_tls_unavailable"),
        (f"{GOOD};Transport=TLS", "sip_uri_tls_unavailable"),
        (f"{GOOD};transport=tcp;transport=udp", "sip_uri_invalid"),
        ("sip:desk@agents.example..", "sip_uri_host_invalid"),
        ("sip:desk@localhost.", "host_not_public"),
        ("sip:desk@ACME.sip.example.", "address_own"),
        ("sip:a@127.0.0.1:8021;transport=tcp", "address_not_public"),
        ("sip:a@169.254.169.254", "address_not_public"),
        ("sip:a@[fe80::1]", "address_not_public"),
        ("sip:a%20b@agents.example", "sip_uri_invalid"),
        ("sip:a%3Bb@agents.example", "sip_uri_invalid"),
        (f"{GOOD}:0", "sip_uri_port_invalid"),
        (f"{GOOD}:99999", "sip_uri_port_invalid"),
    ]
] + [
    ({"name": " ", "sip": {"uri": GOOD}}, _create_agent(name=" ", sip=_sip(GOOD)), "/name", NAME),
    ({"name": "a\nb", "sip": {"uri": GOOD}}, _create_agent(name="a\nb", sip=_sip(GOOD)), "/name", NAME),
    ({"name": "x"}, _create_agent(name="x"), "", "agent_kind_missing"),
    (
        {"name": "x", "sip": {"uri": GOOD}, "ring_seconds": 2},
        _create_agent(name="x", sip=_sip(GOOD), ring_seconds=2),
        "/ring_seconds",
        "ring_seconds_invalid",
    ),
    (
        {"name": "x", "human": {"trunk_id": "trk_a", "target": "1,2"}},
        _create_agent(name="x", human=_human("trk_a", "1,2")),
        "/human/target",
        "target_invalid",
    ),
    (
        {"name": "x", "human": {"trunk_id": "trk_of_another", "target": "100"}},
        _create_agent(name="x", human=_human("trk_of_another", "100")),
        "/human/trunk_id",
        "trunk_not_found",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message", "pointer", "code"), INVALID_AGENTS)
async def test_what_is_wrong_with_an_agent_is_told_alike_on_both_sides(
    api: Any, body: Any, message: Any, pointer: str, code: str
) -> None:
    api.world.trunk("trk_of_another", tenant_id="t_b")
    refused = await api.post("/api/v1/agents", body)
    assert (refused["status"], refused["code"]) == (422, "agent_invalid")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [(pointer, code)]
    problem = await api.problem(api.stub().CreateAgent(message))
    assert problem.code == "agent_invalid"
    assert [(v.pointer, v.code) for v in problem.violations] == [(pointer, code)]


# written while edges had TLS, or under another address policy
WRITTEN_BEFORE = [
    (f"{GOOD};transport=tls", f"{GOOD}:5062;transport=tls", "sip_uri_tls_unavailable"),
    ("sip:desk@10.1.2.3", "sip:desk@10.1.2.3:5070", "address_not_public"),
    ("sip:desk@198.41.0.4", "sip:sales@198.41.0.4", "address_own"),
    ("sip:desk@pbx.lan", "sip:desk@pbx2.lan", "host_not_public"),
    ("sip:desk@PBX.lan.", "sip:desk@pbx2.lan", "host_not_public"),
]


@pytest.mark.parametrize(("uri", "other", "code"), WRITTEN_BEFORE)
async def test_an_agent_keeps_the_address_that_it_had_and_gets_no_other_like_it(
    api: Any, uri: str, other: str, code: str
) -> None:
    before = api.world.agent("agt_before", kind=SipAgent(uri))
    assert await api.agents.store.add(before)
    path = "/api/v1/agents/agt_before"
    renamed = await api.patch(path, name="Desk 2", sip={"uri": uri})
    assert (renamed["status"], renamed["name"]) == (200, "Desk 2")
    rings = pb.UpdateAgentRequest(agent=agent_pb2.Agent(id="agt_before", ring_seconds=30), any_version=True)
    rings.update_mask.paths.append("ring_seconds")
    assert (await api.stub().UpdateAgent(rings)).agent.sip.uri == renamed["sip"]["uri"]
    refused = await api.patch(path, sip={"uri": other})
    assert (refused["status"], [e["code"] for e in refused["errors"]]) == (422, [code])
    moved = pb.UpdateAgentRequest(agent=agent_pb2.Agent(id="agt_before", sip=_sip(other)), any_version=True)
    moved.update_mask.paths.append("sip")
    problem = await api.problem(api.stub().UpdateAgent(moved))
    assert [v.code for v in problem.violations] == [code]
    assert (await api.patch(path, sip={"uri": GOOD}))["sip"]["uri"] == GOOD
    again = await api.patch(path, sip={"uri": uri})
    assert [e["code"] for e in again["errors"]] == [code]


async def test_a_change_of_what_was_changed_meanwhile_is_refused(api: Any) -> None:
    path = f"/api/v1/agents/{await api.agent()}"
    assert (await api.patch(path, if_match='"1"', name="Desk 2"))["version"] == 2
    refused = await api.patch(path, if_match='"1"', name="Desk 3")
    assert (refused["status"], refused["code"]) == (412, "version_mismatch")
    message = agent_pb2.Agent(id=path.rpartition("/")[2], name="x")
    late = pb.UpdateAgentRequest(agent=message, expected_version=1)
    assert (await api.problem(api.stub().UpdateAgent(late))).code == "version_mismatch"
    assert (await api.patch(path, name="Desk 3"))["version"] == 3
    assert (await api.delete(path, if_match='"2"')).status_code == 412


async def test_more_agents_and_plans_than_the_quota_are_refused_in_words(api: Any) -> None:
    answers = await asyncio.gather(*(api.post("/api/v1/agents", DESK) for _ in range(25)))
    assert sorted(answer["status"] for answer in answers) == [201] * 20 + [409] * 5
    made = [answer["id"] for answer in answers if answer["status"] == 201]
    refused = next(answer for answer in answers if answer["status"] == 409)
    assert refused["code"] == "quota_agents"
    assert refused["detail"] == "you have 20 agents, 20 are allowed"
    for number in range(20):
        plan = {"name": f"Plan {number}", "first_agent_id": made[0]}
        assert (await api.post("/api/v1/routing/plans", plan))["status"] == 201
    refused = await api.post("/api/v1/routing/plans", {"name": "x", "first_agent_id": made[0]})
    assert (refused["status"], refused["code"]) == (409, "quota_plans")
    assert (await api.post("/api/v1/agents", DESK, "t_b"))["status"] == 201
    assert (await api.delete(f"/api/v1/agents/{made[1]}")).status_code == 204
    assert (await api.post("/api/v1/agents", DESK))["status"] == 201


async def test_a_deletion_that_loses_a_race_leaves_the_agent_open_to_plans(api: Any) -> None:
    agent_id = await api.agent()
    plans = api.agents.plans.collection
    find = plans.find

    async def changed_meanwhile(query: Any, **options: Any) -> Any:
        plans.find = find
        assert (await api.patch(f"/api/v1/agents/{agent_id}", name="Faster"))["status"] == 200
        return await find(query, **options)

    plans.find = changed_meanwhile
    late = await api.rest.delete(f"/api/v1/agents/{agent_id}", headers=api.as_() | {"if-match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    made = await api.post("/api/v1/routing/plans", {"name": "x", "first_agent_id": agent_id})
    assert made["status"] == 201


async def test_an_agent_whose_deletion_broke_off_can_be_named_again_and_deleted(api: Any) -> None:
    agent_id = await api.agent()
    until = FakeClock().now() + RETIRING
    await api.agents.store.retire("t_a", agent_id, until)
    refused = await api.post("/api/v1/routing/plans", {"name": "x", "first_agent_id": agent_id})
    assert (refused["status"], refused["code"]) == (422, "plan_invalid")
    assert (await api.delete(f"/api/v1/agents/{agent_id}")).status_code == 204
