"""The API of phone-sources over twins: t_a has trunks in Germany and Britain, t_b one in Germany."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio

from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceStub, add_PhoneServiceServicer_to_server
from phone_sources.adapters import rest, rest_bulk
from phone_sources.adapters.grpc_service import SERVICE, PhoneService
from phone_sources.adapters.number_documents import NumberDocuments
from phone_sources.app.bulk import Bulk
from phone_sources.app.judging import Judging
from phone_sources.app.numbers import Numbers
from phone_sources.app.turns import Turns
from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Trunk
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import Problem, Unavailable
from servicekit.grpc import GrpcServer, channel, problem_of
from servicekit.http import create_app
from servicekit.readiness import Readiness
from servicekit.testing import FakeClock, MemoryCollection, tokens, verifier_of

PATH = "/api/v1/phone/numbers"


@dataclass
class Trunks:
    """Implements TrunkLookup."""

    known: dict[str, Trunk]
    away: bool = False
    left: int | None = None

    async def find(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        if self.away:
            raise Unavailable("trunks_unavailable", "nobody can say")
        found = self.known.get(trunk_id)
        return found if found is not None and found.tenant_id == tenant_id else None

    async def numbers_left(self, trunk_id: str) -> int | None:
        return self.left

    def is_gone(self, tenant_id: str, trunk_id: str) -> bool:
        return trunk_id not in self.known


@dataclass
class Plans:
    """Implements PlanLookup. named: ids of plans, by number."""

    named: dict[str, list[str]] = field(default_factory=dict)

    async def naming(self, tenant_id: str, e164: E164) -> list[str]:
        return self.named.get(e164.value, []) if tenant_id == "t_a" else []


@dataclass
class Api:
    rest: httpx.AsyncClient
    issuer: DevIssuer
    target: str
    trunks: Trunks
    plans: Plans
    collection: MemoryCollection
    keys: MemoryCollection
    clock: FakeClock
    channels: list[grpc.aio.Channel] = field(default_factory=list)

    def as_(self, tenant: str = "t_a", role: str = "owner") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(tenant, role=role)}"}

    async def bring(
        self, number: str, trunk_id: str = "trk_de", tenant: str = "t_a", key: str = "", **more: Any
    ) -> Any:
        body = {"number": number, "trunk_id": trunk_id, **more}
        headers = self.as_(tenant) | ({"idempotency-key": key} if key else {})
        answer = await self.rest.post(PATH, json=body, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def read(self, number_id: str, tenant: str = "t_a") -> Any:
        answer = await self.rest.get(f"{PATH}/{number_id}", headers=self.as_(tenant, "viewer"))
        return dict(answer.json(), status=answer.status_code)

    async def patch(self, number_id: str, tenant: str = "t_a", if_match: str = "*", **fields: Any) -> Any:
        headers = self.as_(tenant) | {"if-match": if_match}
        answer = await self.rest.patch(f"{PATH}/{number_id}", json=fields, headers=headers)
        return dict(answer.json(), status=answer.status_code)

    async def delete(self, number_id: str, tenant: str = "t_a", if_match: str = "*") -> httpx.Response:
        headers = self.as_(tenant) | {"if-match": if_match}
        return await self.rest.delete(f"{PATH}/{number_id}", headers=headers)

    async def listed(self, tenant: str = "t_a", **query: Any) -> Any:
        return (await self.rest.get(PATH, params=query, headers=self.as_(tenant, "viewer"))).json()

    def stub(self, tenant: str = "t_a", role: str = "owner") -> Any:
        opened = channel(self.target, lambda: self.issuer.token(tenant, role=role))
        self.channels.append(opened)
        return PhoneServiceStub(opened)

    async def problem(self, call: Any) -> Problem:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        return problem_of(refused.value)


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    issuer, clock = tokens(tmp_path), FakeClock()
    trunks = Trunks(
        {
            "trk_de": Trunk("trk_de", "t_a", "DE"),
            "trk_gb": Trunk("trk_gb", "t_a", "GB"),
            "trk_b": Trunk("trk_b", "t_b", "DE"),
        }
    )
    collection = MemoryCollection("phone_numbers")
    documents = NumberDocuments(collection, clock, lambda: None)
    await documents.prepare()
    kept = MemoryCollection("idempotency_keys")
    plans, keys = Plans(), IdempotencyKeys(kept, clock)
    numbers = Numbers(documents, trunks, plans, clock, max_numbers=20)
    app = create_app("phone-sources", "Test", verifier_of(issuer), Readiness())
    turns = Turns()
    judging, bulk = Judging(documents, trunks, turns), Bulk(numbers, turns)
    app.include_router(rest.router(numbers, keys))
    app.include_router(rest_bulk.router(judging, bulk, keys))

    def add(server: grpc.aio.Server) -> None:
        add_PhoneServiceServicer_to_server(PhoneService(numbers, judging, bulk, keys), server)

    server = GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", add, [SERVICE])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        api = Api(client, issuer, f"127.0.0.1:{port}", trunks, plans, collection, kept, clock)
        yield api
    for opened in api.channels:
        await opened.close()
    await server.stop(0)
