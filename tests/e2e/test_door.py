"""The services as a stranger reaches them: by one address, each path by the one that answers it."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio

from harness.line import kept_number
from harness.world import World
from keepline.health.v1.trunk_health_pb2 import GetStatusRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.sip.v1.trunk_service_pb2 import GetTrunkRequest
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub

SERVED = ("sip-config", "phone-sources", "call-control", "health-monitor")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def door(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.services["door"].url, timeout=10) as client:
        yield client


@pytest.mark.parametrize("service", SERVED)
async def test_each_described_path_leads_to_its_service(
    world: World, door: httpx.AsyncClient, service: str
) -> None:
    async with httpx.AsyncClient(base_url=world.services[service].url) as direct:
        described = (await direct.get("/openapi.json")).json()
    assert (await door.get(f"/docs/{service}/openapi.json")).json()["paths"] == described["paths"]
    for path, methods in described["paths"].items():
        answer = await door.request(next(iter(methods)).upper(), path.replace("{", "").replace("}", ""))
        # the services ask for a token; the door knows no path that is not theirs
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), path


async def test_a_tenant_does_everything_by_one_address(world: World, door: httpx.AsyncClient) -> None:
    tenant = world.tenant("t_door", through_door=True)
    trunk = await tenant.create_trunk("Acme")
    number = await tenant.create_number("020 7946 0871", trunk["id"])
    agent = await tenant.create_sip_agent("Desk", "sip:desk@127.0.2.1:5099")
    await tenant.create_plan("Desk", [number["number"]], agent["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    stub = SipTrunkServiceStub(tenant.channel("sip-config"))
    assert (await stub.GetTrunk(GetTrunkRequest(id=trunk["id"]), timeout=5)).trunk.name == "Acme"
    assert await tenant.calls() == []


async def test_a_service_that_died_is_a_503_and_comes_back(world: World, door: httpx.AsyncClient) -> None:
    tenant = world.tenant("t_door_away", through_door=True)
    await world.stop("health-monitor")
    answer = await tenant.rest("health-monitor").get("/api/v1/health/trunks")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await TrunkHealthStub(tenant.channel("health-monitor")).GetStatus(
            GetStatusRequest(trunk_id="trk_x"), timeout=5
        )
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    await world.start("health-monitor")
    assert (await tenant.rest("health-monitor").get("/api/v1/health/trunks")).status_code == 200


async def test_a_call_is_looked_up_through_the_door(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    assert (await (await line.dial()).outcome()).result.as_told
    record = await line.last_call()
    tenant = world.tenant(line.tenant.tenant_id, through_door=True)
    assert (await tenant.call(record["id"]))["id"] == record["id"]
