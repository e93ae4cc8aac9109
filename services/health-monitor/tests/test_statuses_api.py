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

from health_monitor.adapters import rest
from health_monitor.adapters.grpc_health import SERVICE, TrunkHealth
from health_monitor.app.statuses import Statuses
from health_monitor.app.trunk_board import TrunkBoard
from health_monitor.app.watchers import Watchers
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk
from keepline.health.v1 import trunk_health_pb2 as pb
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
    issuer, board, watchers = tokens(tmp_path), TrunkBoard([], FakeClock().now), Watchers()
    board.restore(KEPT)
    for kept in KEPT:
        board.put_trunk(Trunk(kept.trunk_id, kept.tenant_id, 1, "Acme", True, (ROW.endpoint,)))
    statuses = Statuses(board)
    app = create_app("health-monitor", "Test", verifier_of(issuer), Readiness())
    app.include_router(rest.router(statuses))

    def add(server: grpc.aio.Server) -> None:
        add_TrunkHealthServicer_to_server(TrunkHealth(statuses, board, watchers), server)

    server = GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", add, [SERVICE])
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
