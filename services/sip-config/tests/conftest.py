"""The API of sip-config over twins, and trunks with good defaults."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio

from keepline.sip.v1.network_service_pb2_grpc import add_NetworkServiceServicer_to_server
from keepline.sip.v1.onboarding_service_pb2_grpc import add_OnboardingServiceServicer_to_server
from keepline.sip.v1.rejection_service_pb2_grpc import add_SipRejectionServiceServicer_to_server
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from keepline.sip.v1.trunk_service_pb2_grpc import (
    SipTrunkServiceStub,
    add_SipTrunkServiceServicer_to_server,
)
from servicekit.addresses import AddressPolicy
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import Problem
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.http import create_app
from servicekit.readiness import Readiness
from servicekit.refusals import not_found
from servicekit.testing import FakeClock, MemoryCollection, tokens, verifier_of
from sip_config.adapters.grpc import switch_config as grpc_switch_config
from sip_config.adapters.grpc.network import SERVICE as NETWORK_SERVICE
from sip_config.adapters.grpc.network import NetworkService
from sip_config.adapters.grpc.onboardings import SERVICE as ONBOARDING_SERVICE
from sip_config.adapters.grpc.onboardings import OnboardingService
from sip_config.adapters.grpc.rejections import SERVICE as REJECTION_SERVICE
from sip_config.adapters.grpc.rejections import SipRejectionService
from sip_config.adapters.grpc.switch_config import SERVICE as SWITCH_CONFIG
from sip_config.adapters.grpc.switch_config import SwitchConfig
from sip_config.adapters.grpc.trunks import SERVICE as TRUNK_SERVICE
from sip_config.adapters.grpc.trunks import SipTrunkService
from sip_config.adapters.kafka.told_refusals import ToldRefusals
from sip_config.adapters.messages.resources import encode
from sip_config.adapters.mongo.network import NetworkDocuments
from sip_config.adapters.mongo.node_reports import ReportDocuments
from sip_config.adapters.mongo.onboardings import OnboardingDocuments
from sip_config.adapters.mongo.rejections import RejectionDocuments
from sip_config.adapters.mongo.trunk_tests import TrunkTestDocuments
from sip_config.adapters.mongo.trunks import TrunkDocuments
from sip_config.adapters.rest import addresses as rest_addresses
from sip_config.adapters.rest import network as rest_network
from sip_config.adapters.rest import onboardings as rest_onboardings
from sip_config.adapters.rest import rejections as rest_rejections
from sip_config.adapters.rest import switch_xml as rest_switch
from sip_config.adapters.rest import trunks as rest_trunks
from sip_config.app.naming import Naming
from sip_config.app.network import Network, Site
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports
from sip_config.app.onboardings import Onboardings
from sip_config.app.onboardings_seen import OnboardingsSeen
from sip_config.app.placement import Placement
from sip_config.app.refusals_kept import Bounds, RefusalsKept
from sip_config.app.rejections import Rejections
from sip_config.app.trunk_tests import TrunkTests
from sip_config.app.trunks import Quotas, Trunks
from sip_config.domain.network import Orders
from sip_config.domain.node_tables import NodeTables
from sip_config.domain.public_addresses import MediaAddress, PublicAddresses, SipAddress
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.tenant_numbers import TenantNumbers
from sip_config.domain.resources import EdgeBody, SwitchBody
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from siptypes.endpoints import Transport
from siptypes.reachable import Reachable

PATH = "/api/v1/sip/trunks"
ACME = {"name": "Acme", "country": "DE", "source_cidrs": ["203.0.113.0/30"], "domain_label": "acme"}
PASSWORD = "password-of-the-switches"
ADDRESSES = AddressPolicy.of(
    ["192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32"], ["198.51.100.7", "sip.example"]
)
REACHABLE = Reachable(ADDRESSES)
PUBLIC = PublicAddresses(
    "sip.example",
    [SipAddress("198.51.100.7", 5060, Transport.UDP), SipAddress("edge.sip.example", 5061, Transport.TLS)],
    [MediaAddress("198.51.100.9", (10000, 20000))],
    datetime(2026, 11, 1, tzinfo=UTC),
)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def trunk() -> Callable[..., Trunk]:
    def make(place: int = 1, **changes: Any) -> Trunk:
        fields = {
            "name": "Acme",
            "source_cidrs": ("203.0.113.0/30",),
            "country": "DE",
            "endpoints": (Endpoint("192.0.2.1", 5060, Transport.UDP),),
            "enabled": True,
        }
        own = {"tenant_id": "t_a", "version": 1, "domain": f"acme{place}.sip.example"}
        fields |= {name: changes.pop(name) for name in list(changes) if name in fields}
        made = {**own, "fields": TrunkFields(**fields), "created_at": NOW, "updated_at": NOW, **changes}
        return Trunk(id=f"trk_{place}", **made)

    return make


SITE = Site([EdgeBody("edge1")], [SwitchBody("sw1", "127.0.0.1", 5080)])


@pytest_asyncio.fixture
async def feed() -> NodeFeed:
    """Nothing in it but one edge and one switch, and everything was read."""
    made = NodeFeed(NodeTables(encode, SITE.bodies(Orders())))
    made.complete("trunks")
    made.complete("numbers")
    made.complete("agents")
    return made


@dataclass
class Shared:
    """What replicas share."""

    trunks: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_trunks"))
    reports: MemoryCollection = field(default_factory=lambda: MemoryCollection("node_reports"))
    network: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_network"))
    keys: MemoryCollection = field(default_factory=lambda: MemoryCollection("idempotency_keys"))
    rejections: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_rejections"))
    onboardings: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_onboardings"))
    tests: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_trunk_tests"))
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))


@dataclass
class Phones:
    """Stands for phone-sources: what the caller's tenant holds, by E.164."""

    held: dict[str, OwnNumber] = field(default_factory=dict)
    refusing: Problem | None = None

    async def find(self, number: str) -> OwnNumber | None:
        return self.held.get(number)

    async def add(self, trunk_id: str, number: str) -> None:
        if self.refusing is not None:
            raise self.refusing
        self.held[number] = OwnNumber("num_1", number, trunk_id)

    async def move(self, number_id: str, trunk_id: str) -> None:
        (number,) = [one.number for one in self.held.values() if one.id == number_id]
        self.held[number] = OwnNumber(number_id, number, trunk_id)


@dataclass
class Plans:
    """Stands for call-control."""

    numbers: dict[str, list[str]] = field(default_factory=dict)

    async def put(self, plan_id: str, number: str) -> None:
        if plan_id not in self.numbers:
            raise not_found("plan", plan_id)
        if number not in self.numbers[plan_id]:
            self.numbers[plan_id].append(number)


@dataclass
class Api:
    rest: httpx.AsyncClient
    issuer: DevIssuer
    target: str
    feed: NodeFeed
    reports: NodeReports
    network: Network
    shared: Shared
    naming: Naming
    kept: RefusalsKept
    told: ToldRefusals
    seen: OnboardingsSeen
    phones: Phones
    plans: Plans
    channels: list[grpc.aio.Channel] = field(default_factory=list)

    def as_(self, tenant: str = "t_a", role: str = "owner") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(tenant, role=role)}"}

    async def create(self, tenant: str = "t_a", key: str = "", **fields: Any) -> Any:
        headers = self.as_(tenant) | ({"idempotency-key": key} if key else {})
        answer = await self.rest.post(PATH, json={**ACME, **fields}, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def patch(self, trunk_id: str, tenant: str = "t_a", if_match: str = "*", **fields: Any) -> Any:
        headers = self.as_(tenant) | {"if-match": if_match}
        answer = await self.rest.patch(f"{PATH}/{trunk_id}", json=fields, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def delete(self, trunk_id: str, tenant: str = "t_a", if_match: str = "*") -> httpx.Response:
        headers = self.as_(tenant) | {"if-match": if_match}
        return await self.rest.delete(f"{PATH}/{trunk_id}", headers=headers)

    def stub(
        self, tenant: str = "t_a", role: str = "owner", kind: Any = SipTrunkServiceStub, subject: str = "dev"
    ) -> Any:
        opened = channel(self.target, lambda: self.issuer.token(tenant, role=role, subject=subject))
        self.channels.append(opened)
        return kind(opened)

    def edge(self, node_id: str = "edge1") -> Any:
        return self.stub("platform", "node", SwitchConfigStub, node_id)

    async def problem(self, call: Any) -> Problem:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        return problem_of(refused.value)


@pytest_asyncio.fixture
async def api(feed: NodeFeed, tmp_path: Path) -> AsyncIterator[Api]:
    async with replica(Shared(), feed, tokens(tmp_path)) as made:
        yield made


@pytest.fixture
def replicas(feed: NodeFeed, tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[Api]]:
    """Over the same documents."""
    shared, issuer = Shared(), tokens(tmp_path)
    return lambda **how: replica(shared, feed, issuer, **how)


@asynccontextmanager
async def replica(
    shared: Shared, feed: NodeFeed, issuer: DevIssuer, reachable: Reachable = REACHABLE, per_trunk: int = 8
) -> AsyncIterator[Api]:
    clock = shared.clock
    documents = TrunkDocuments(shared.trunks, clock, lambda: None)
    await documents.prepare()
    naming = Naming(feed.tables.known, lambda: "")
    keys = IdempotencyKeys(shared.keys, clock)
    quotas = Quotas(trunks=30, endpoints=40, endpoints_per_trunk=per_trunk)
    trunks = Trunks(documents, feed, naming, clock, "sip.example", reachable, quotas)
    reports = NodeReports(ReportDocuments(shared.reports), clock)
    network = Network(feed, NetworkDocuments(shared.network, clock, lambda: None), clock, SITE, reports.edges)
    placement = Placement(feed, reports)
    rows, phones, plans = RejectionDocuments(shared.rejections, 30), Phones(), Plans()
    await rows.prepare()
    known = feed.tables.known
    bounds = Bounds(rows=8, each_window=3)
    kept = RefusalsKept(
        rows, documents, lambda t, new: TenantNumbers(known, t, new), ADDRESSES, clock, bounds
    )
    stories = OnboardingDocuments(shared.onboardings, 30)
    await stories.prepare()
    seen, tests = OnboardingsSeen(stories, clock), TrunkTests(TrunkTestDocuments(shared.tests))
    told = ToldRefusals(kept, seen, tests)
    rejections = Rejections(rows, trunks, kept.numbers, phones, plans, ADDRESSES, clock, seen)
    onboardings = Onboardings(stories, documents, clock, 20)
    open_paths = (rest_switch.PATH,)
    app = create_app("sip-config", "Test", verifier_of(issuer), Readiness(), open_paths=open_paths)
    app.include_router(rest_trunks.router(trunks, placement, tests, keys))
    app.include_router(rest_addresses.router(PUBLIC))
    app.include_router(rest_network.router(feed, reports, network))
    app.include_router(rest_rejections.router(rejections, keys))
    app.include_router(rest_onboardings.router(onboardings, keys))
    app.include_router(rest_switch.router(["127.0.0.1", "2001:db8::1"], PASSWORD))

    def add(server: grpc.aio.Server) -> None:
        add_SipTrunkServiceServicer_to_server(SipTrunkService(trunks, placement, tests, keys), server)
        add_OnboardingServiceServicer_to_server(OnboardingService(onboardings, keys), server)
        add_NetworkServiceServicer_to_server(NetworkService(feed, reports, network, PUBLIC), server)
        add_SipRejectionServiceServicer_to_server(SipRejectionService(rejections, keys), server)
        grpc_switch_config.add_to_server(SwitchConfig(feed, reports, network, heartbeat=0.05), server)

    server = GrpcServer(verifier_of(issuer), for_nodes=[SWITCH_CONFIG])
    of_tenants = [TRUNK_SERVICE, ONBOARDING_SERVICE, REJECTION_SERVICE]
    port = await server.start("127.0.0.1:0", add, [*of_tenants, NETWORK_SERVICE, SWITCH_CONFIG])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        parts = (feed, reports, network, shared, naming)
        api = Api(client, issuer, f"127.0.0.1:{port}", *parts, kept, told, seen, phones, plans)
        try:
            yield api
        finally:
            for opened in api.channels:
                await opened.close()
            await server.stop(0)
