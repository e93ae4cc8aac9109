"""A small world to route in and an API over it, with good defaults: a test names only what it is about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio

from call_router.adapters.grpc.calls import CallLogService
from call_router.adapters.grpc.route import CallRouting
from call_router.adapters.grpc.routing import SERVICE, CallRoutingManager
from call_router.adapters.mongo.agents import AgentDocuments
from call_router.adapters.mongo.plans import PlanDocuments
from call_router.adapters.mongo.records import RecordDocuments
from call_router.adapters.rest import agents as rest_agents
from call_router.adapters.rest import calls as rest_calls
from call_router.adapters.rest import dry_run as rest_dry_run
from call_router.adapters.rest import plans as rest_plans
from call_router.adapters.rest import taking as rest_taking
from call_router.adapters.table_directory import TableDirectory
from call_router.app.agents import Agents
from call_router.app.call_log import CallLog
from call_router.app.dry_run import DryRun
from call_router.app.plans import Plans
from call_router.app.taking import Taking
from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.plan import Plan
from call_router.domain.records import Endpoint, Number, Record, Trunk
from call_router.domain.route import Call, Decision, route
from call_router.domain.table import RoutingTable
from keepline.routing.v1.call_log_pb2_grpc import add_CallLogServicer_to_server
from keepline.routing.v1.call_routing_pb2_grpc import add_CallRoutingServicer_to_server
from keepline.routing.v1.routing_service_pb2_grpc import (
    CallRoutingManagerStub,
    add_CallRoutingManagerServicer_to_server,
)
from servicekit.addresses import AddressPolicy
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import Problem
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.http import create_app
from servicekit.readiness import Readiness
from servicekit.testing import FakeClock, MemoryCollection, tokens, verifier_of
from siptypes.country_rules import rules_of
from siptypes.reachable import Reachable

REACHABLE = Reachable(AddressPolicy.of(own=["198.41.0.4", "sip.example"]))
DESK = {"name": "Desk", "sip": {"uri": "sip:desk@agents.example;transport=tcp"}}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _table() -> RoutingTable:
    table = RoutingTable(rules_of)
    table.ready = True
    return table


@dataclass
class World:
    """Tenant t_a holds +49301234567 on trk_a; its plan rings agt_first, then agt_second."""

    table: RoutingTable = field(default_factory=_table)

    def trunk(self, id: str = "trk_a", **changes: Any) -> Trunk:  # noqa: A002
        endpoint = Endpoint("10.0.0.1", 5060, "udp")
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": "Carrier",
            "country": "DE",
            "enabled": True,
            "endpoints": (endpoint,),
        }
        return self._in(Trunk(id, **{**known, **changes}))

    def number(self, id: str = "num_a", **changes: Any) -> Number:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "e164": "+49301234567",
            "trunk_id": "trk_a",
        }
        return self._in(Number(id, **{**known, **changes}))

    def agent(self, id: str = "agt_first", **changes: Any) -> Agent:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": id.removeprefix("agt_").title(),
            "kind": SipAgent(f"sip:{id}@127.0.2.1:5060;transport=udp"),
            "ring_seconds": 20,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return self._in(Agent(id, **{**known, **changes}))

    def human(self, id: str = "agt_human", trunk_id: str = "trk_a", target: str = "100") -> Agent:  # noqa: A002
        return self.agent(id, kind=HumanAgent(trunk_id, target))

    def plan(self, id: str = "pln_a", **changes: Any) -> Plan:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": "Front desk",
            "numbers": ("+49301234567",),
            "first_agent_id": "agt_first",
            "fallback_agent_id": "agt_second",
            "fallback_on_busy": False,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return self._in(Plan(id, **{**known, **changes}))

    def whole(self) -> "World":
        self.trunk()
        self.number()
        self.agent("agt_first")
        self.agent("agt_second")
        self.plan()
        return self

    def call(self, called: str = "+49301234567", **changes: Any) -> Call:
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "trunk_id": "trk_a",
            "caller": "+4917012345678",
            "source_address": "127.0.1.5:5060",
            "call_id": "call_1",
        }
        return Call(called=called, **{**known, **changes})

    def route(self, called: str = "+49301234567", **changes: Any) -> Decision:
        return route(self.call(called, **changes), self.table, NOW, 0.5)

    def _in(self, record: Any) -> Any:
        known: Record = record
        self.table.apply(known)
        return record


@pytest.fixture
def world() -> World:
    """The tenant of the class's docstring, able to take calls."""
    return World().whole()


@pytest.fixture
def empty() -> World:
    return World()


@pytest.fixture(scope="session")
def still_world() -> World:
    """The same, for tests that change nothing in it."""
    return World().whole()


@dataclass
class Api:
    rest: httpx.AsyncClient
    issuer: DevIssuer
    grpc_target: str
    agents: Agents
    voice_agents: MemoryCollection
    log: CallLog
    world: World
    taking: Taking
    clock: FakeClock
    channels: list[grpc.aio.Channel] = field(default_factory=list)

    def as_(self, tenant: str = "t_a", role: str = "owner") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(tenant, role=role)}"}

    async def post(self, path: str, body: Any, tenant: str = "t_a", key: str = "") -> dict[str, Any]:
        headers = self.as_(tenant) | ({"idempotency-key": key} if key else {})
        answer = await self.rest.post(path, json=body, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def get(self, path: str, tenant: str = "t_a", **query: Any) -> dict[str, Any]:
        answer = await self.rest.get(path, params=query, headers=self.as_(tenant, "viewer"))
        return dict(answer.json(), status=answer.status_code)

    async def patch(
        self, path: str, tenant: str = "t_a", if_match: str = "*", **fields: Any
    ) -> dict[str, Any]:
        headers = self.as_(tenant) | {"if-match": if_match}
        answer = await self.rest.patch(path, json=fields, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def delete(self, path: str, tenant: str = "t_a", if_match: str = "*") -> httpx.Response:
        return await self.rest.delete(path, headers=self.as_(tenant) | {"if-match": if_match})

    async def agent(self, tenant: str = "t_a") -> str:
        return str((await self.post("/api/v1/agents", DESK, tenant))["id"])

    def stub(self, tenant: str = "t_a", role: str = "owner", kind: Any = CallRoutingManagerStub) -> Any:
        opened = channel(self.grpc_target, lambda: self.issuer.token(tenant, role=role))
        self.channels.append(opened)
        return kind(opened)

    async def problem(self, call: Any) -> Problem:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        return problem_of(refused.value)


@pytest_asyncio.fixture
async def api(world: World, tmp_path: Path) -> AsyncIterator[Api]:
    clock, table, issuer = FakeClock(), world.table, tokens(tmp_path)
    voice_agents = MemoryCollection("voice_agents")
    agent_documents = AgentDocuments(voice_agents, clock, lambda: None)
    plan_documents = PlanDocuments(MemoryCollection("routing_plans"), clock, lambda: None)
    await plan_documents.prepare()
    directory, keys = TableDirectory(table, 0), IdempotencyKeys(MemoryCollection("idempotency_keys"), clock)
    agents = Agents(agent_documents, plan_documents, directory, table, clock, REACHABLE, 20)
    plans = Plans(plan_documents, agent_documents, directory, table, clock, 20)
    taking = Taking(plans)
    dry_run = DryRun(table, clock, lambda: 0.5)
    log = CallLog(RecordDocuments(MemoryCollection("call_records")))
    app = create_app("call-control", "Test", verifier_of(issuer), Readiness())
    for router in (
        rest_agents.router(agents, keys),
        rest_plans.router(plans, taking, keys),
        rest_taking.router(taking, keys),
        rest_dry_run.router(dry_run),
        rest_calls.router(log),
    ):
        app.include_router(router)

    def add(server: grpc.aio.Server) -> None:
        add_CallRoutingManagerServicer_to_server(
            CallRoutingManager(agents, plans, taking, dry_run, keys), server
        )
        add_CallLogServicer_to_server(CallLogService(log), server)
        add_CallRoutingServicer_to_server(CallRouting(dry_run), server)

    server = GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", add, [SERVICE])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as rest:
        api = Api(rest, issuer, f"127.0.0.1:{port}", agents, voice_agents, log, world, taking, clock)
        yield api
    for opened in api.channels:
        await opened.close()
    await server.stop(0)
