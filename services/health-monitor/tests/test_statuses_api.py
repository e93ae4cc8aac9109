"""Statuses over REST and gRPC: a tenant's own, by page and by verdict."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask

from health_monitor.adapters import rest, rest_agents
from health_monitor.adapters.grpc_agents import SERVICE as AGENT_SERVICE
from health_monitor.adapters.grpc_agents import AgentHealth
from health_monitor.adapters.grpc_health import SERVICE, TrunkHealth
from health_monitor.app.board import Board
from health_monitor.app.hearing import Hearing
from health_monitor.app.statuses import Statuses, no_agent, no_trunk
from health_monitor.app.watchers import Watchers
from health_monitor.domain.agent import Agent
from health_monitor.domain.judge import judge
from health_monitor.domain.judge_agent import judge_agent
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk
from keepline.health.v1 import agent_health_pb2 as agents_pb
from keepline.health.v1 import trunk_health_pb2 as pb
from keepline.health.v1.agent_health_pb2_grpc import AgentHealthStub, add_AgentHealthServicer_to_server
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub, add_TrunkHealthServicer_to_server
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.http import create_app
from servicekit.readiness import Readiness
from servicekit.testing import FakeClock, tokens, verifier_of

PATH = "/api/v1/health/trunks"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROW = EndpointStatus(Endpoint("2001:db8::1", 5061, "tls"), "edge1", True, 12.5)
KEPT = [
    Status("trk_1", "t_a", 3, Verdict.HEALTHY, "Acme answers.", NOW, (ROW,)),
    Status("trk_2", "t_a", 1, Verdict.DOWN, "Beta does not answer.", NOW),
    Status("trk_3", "t_a", 1, Verdict.DOWN, "Gamma does not answer.", NOW + timedelta(hours=1)),
    Status("trk_9", "t_b", 1, Verdict.HEALTHY, "Theirs answers.", NOW),
]
DESK = Endpoint("192.0.2.9", 5060, "udp")
KEPT_AGENTS = [
    Status(
        "agt_1",
        "t_a",
        2,
        Verdict.HEALTHY,
        "Desk answers our probes.",
        NOW,
        (
            EndpointStatus(DESK, "edge1", True, 12.5),
            EndpointStatus(DESK, "edge2", True, 7.0),
            EndpointStatus(DESK, "edge3", False, 3.0),
        ),
    ),
    Status("agt_2", "t_a", 1, Verdict.UNKNOWN, "Two is not probed yet.", NOW),
    Status("agt_3", "t_a", 1, Verdict.DOWN, "Three.", NOW, (EndpointStatus(DESK, "edge1", False, None),)),
    Status("agt_9", "t_b", 1, Verdict.HEALTHY, "Theirs answers.", NOW),
]


@dataclass
class Api:
    rest: httpx.AsyncClient
    issuer: DevIssuer
    target: str

    async def get(self, path: str, tenant: str = "t_a", **query: Any) -> Any:
        headers = {"authorization": f"Bearer {self.issuer.token(tenant, role='viewer')}"}
        answer = await self.rest.get(path, params=query, headers=headers)
        return dict(answer.json(), http=answer.status_code)


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    issuer, watchers, hearing = tokens(tmp_path), Watchers(), Hearing(FakeClock().now)
    board, agents = Board(hearing, judge, []), Board(hearing, judge_agent, [])
    agents.restore(KEPT_AGENTS)
    for kept in KEPT_AGENTS:
        agents.put(Agent(kept.id, kept.tenant_id, 1, "Desk", DESK))
    board.restore(KEPT)
    for kept in KEPT:
        board.put(Trunk(kept.id, kept.tenant_id, 1, "Acme", True, (ROW.endpoint,)))
    statuses, of_agents = Statuses(board, no_trunk), Statuses(agents, no_agent)
    app = create_app("health-monitor", "Test", verifier_of(issuer), Readiness())
    app.include_router(rest.router(statuses))
    app.include_router(rest_agents.router(of_agents))

    def add(server: grpc.aio.Server) -> None:
        add_TrunkHealthServicer_to_server(TrunkHealth(statuses, board, watchers), server)
        add_AgentHealthServicer_to_server(AgentHealth(of_agents), server)

    server = GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", add, [SERVICE, AGENT_SERVICE])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield Api(client, issuer, f"127.0.0.1:{port}")
    await server.stop(0)


async def test_a_status_is_told_with_its_sentence_and_endpoints(api: Api) -> None:
    found = await api.get(f"{PATH}/trk_1")
    assert (found["verdict"], found["sentence"], found["version"]) == ("healthy", "Acme answers.", 3)
    assert found["endpoints"] == [
        {
            "host": "2001:db8::1",
            "port": 5061,
            "transport": "tls",
            "edge_id": "edge1",
            "reachable": True,
            "latency_ms": 12.5,
        }
    ]


async def test_another_tenants_trunk_is_not_there(api: Api) -> None:
    found = await api.get(f"{PATH}/trk_9")
    assert (found["http"], found["code"]) == (404, "trunk_not_found")
    assert [one["trunk_id"] for one in (await api.get(PATH, "t_b"))["statuses"]] == ["trk_9"]
    async with channel(api.target, lambda: api.issuer.token("t_a")) as opened:
        stub = TrunkHealthStub(opened)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetStatus(pb.GetStatusRequest(trunk_id="trk_9"))
        listed = await stub.ListStatuses(pb.ListStatusesRequest())
    assert problem_of(refused.value).code == "trunk_not_found"
    assert [one.trunk_id for one in listed.statuses] == ["trk_1", "trk_2", "trk_3"]


async def test_who_watches_a_trunk_that_is_not_there_is_told_so(api: Api) -> None:
    async with channel(api.target, lambda: api.issuer.token("t_a")) as opened:
        stub = TrunkHealthStub(opened)
        for unknown in ("trk_9", "trk_nowhere"):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.Watch(pb.WatchRequest(trunk_ids=["trk_1", unknown])).read()
            assert refused.value.code() is grpc.StatusCode.NOT_FOUND
        watching = stub.Watch(pb.WatchRequest(trunk_ids=["trk_1"]))
        snapshot = (await watching.read()).snapshot
        watching.cancel()
    assert [one.trunk_id for one in snapshot.statuses] == ["trk_1"]


async def test_pages_go_on_where_the_page_before_stopped(api: Api) -> None:
    first = await api.get(PATH, page_size=2)
    second = await api.get(PATH, page_size=2, page_token=first["next_page_token"])
    found = [one["trunk_id"] for one in first["statuses"] + second["statuses"]]
    assert (found, "next_page_token" in second) == (["trk_1", "trk_2", "trk_3"], False)
    refused = await api.get(PATH, page_token="nonsense")
    assert (refused["http"], refused["errors"][0]["code"]) == (422, "page_token_invalid")


async def test_a_verdict_filters_and_an_unknown_one_is_refused(api: Api) -> None:
    found = await api.get(PATH, verdict="down")
    assert [one["trunk_id"] for one in found["statuses"]] == ["trk_2", "trk_3"]
    refused = await api.get(PATH, verdict="splendid", colour="red")
    assert (refused["http"], {(e["pointer"], e["code"]) for e in refused["errors"]}) == (
        422,
        {("/verdict", "parameter_invalid"), ("/colour", "parameter_unknown")},
    )


QUESTIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({"verdict": ["down", "healthy"], "order_by": "trunk_id desc"}, ["trk_3", "trk_2", "trk_1"]),
    ({"order_by": "since desc, trunk_id", "page_size": 2}, ["trk_3", "trk_1"]),
    ({"trunk_id": ["trk_1", "trk_9"]}, ["trk_1"]),
    ({"since_after": "2026-11-23T09:00:00Z"}, ["trk_3"]),
    ({"since_before": "2026-11-23T09:00:00Z"}, []),
]


@pytest.mark.parametrize(("query", "found"), QUESTIONS)
async def test_the_list_is_asked_by_its_fields(api: Api, query: dict[str, Any], found: list[str]) -> None:
    listed = await api.get(PATH, fields="trunk_id", **query)
    assert listed["statuses"] == [{"trunk_id": one} for one in found]


async def test_pages_in_another_order_show_each_trunk_once(api: Api) -> None:
    seen: list[str] = []
    query: dict[str, Any] = {"order_by": "verdict"}
    assert (await api.get(PATH, **query))["http"] == 422
    query = {"order_by": "since desc,trunk_id desc", "page_size": 1}
    while True:
        page = await api.get(PATH, **query)
        seen += [one["trunk_id"] for one in page["statuses"]]
        if "next_page_token" not in page:
            break
        query["page_token"] = page["next_page_token"]
    assert seen == ["trk_3", "trk_2", "trk_1"]


async def test_a_status_that_did_not_change_is_not_sent_again(api: Api) -> None:
    headers = {"authorization": f"Bearer {api.issuer.token('t_a', role='viewer')}"}
    read = await api.rest.get(f"{PATH}/trk_1", headers=headers)
    assert read.headers["etag"] == '"3"'
    same = await api.rest.get(f"{PATH}/trk_1", headers=headers | {"if-none-match": read.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_the_list_is_asked_by_the_same_names_over_grpc(api: Api) -> None:
    async with channel(api.target, lambda: api.issuer.token("t_a")) as opened:
        asked = pb.ListStatusesRequest(
            verdict=[pb.TRUNK_VERDICT_DOWN], order_by="trunk_id desc", fields=FieldMask(paths=["trunk_id"])
        )
        listed = await TrunkHealthStub(opened).ListStatuses(asked)
    assert list(listed.statuses) == [pb.TrunkStatus(trunk_id="trk_3"), pb.TrunkStatus(trunk_id="trk_2")]


async def test_nobody_reads_without_a_token(api: Api) -> None:
    assert (await api.rest.get(PATH)).status_code == 401


AGENTS_PATH = "/api/v1/health/agents"


async def test_an_agents_status_tells_its_edges_and_the_quickest_of_those_that_reach_it(api: Api) -> None:
    found = await api.get(f"{AGENTS_PATH}/agt_1")
    assert found == {
        "http": 200,
        "agent_id": "agt_1",
        "version": 2,
        "verdict": "healthy",
        "sentence": "Desk answers our probes.",
        "since": "2026-11-23T09:00:00.000Z",
        "reachable": True,
        "latency_ms": 7.0,
        "edges": [
            {"edge_id": "edge1", "reachable": True, "latency_ms": 12.5},
            {"edge_id": "edge2", "reachable": True, "latency_ms": 7.0},
            {"edge_id": "edge3", "reachable": False, "latency_ms": 3.0},
        ],
    }
    shown = (await api.get(AGENTS_PATH, fields="agent_id,reachable,latency_ms"))["statuses"]
    assert shown[1:] == [{"agent_id": "agt_2"}, {"agent_id": "agt_3", "reachable": False}]


async def test_another_tenants_agent_is_not_there(api: Api) -> None:
    found = await api.get(f"{AGENTS_PATH}/agt_9")
    assert (found["http"], found["code"]) == (404, "agent_not_found")
    assert [one["agent_id"] for one in (await api.get(AGENTS_PATH, "t_b"))["statuses"]] == ["agt_9"]
    assert [one["agent_id"] for one in (await api.get(AGENTS_PATH, verdict="down"))["statuses"]] == ["agt_3"]


async def test_agents_are_told_over_grpc_as_over_rest(api: Api) -> None:
    async with channel(api.target, lambda: api.issuer.token("t_a")) as opened:
        stub = AgentHealthStub(opened)
        one = (await stub.GetAgentStatus(agents_pb.GetAgentStatusRequest(agent_id="agt_2"))).status
        asked = agents_pb.ListAgentStatusesRequest(verdict=[agents_pb.AGENT_VERDICT_HEALTHY])
        listed = (await stub.ListAgentStatuses(asked)).statuses
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetAgentStatus(agents_pb.GetAgentStatusRequest(agent_id="agt_9"))
    assert problem_of(refused.value).code == "agent_not_found"
    assert (one.verdict, one.HasField("reachable")) == (agents_pb.AGENT_VERDICT_UNKNOWN, False)
    assert [(a.agent_id, a.reachable, a.latency_ms, len(a.edges)) for a in listed] == [
        ("agt_1", True, 7.0, 3)
    ]
