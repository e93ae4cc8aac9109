"""API keys through every service, from the making to the revocation, and the audit log of it all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from harness.tenant import Tenant
from harness.until import until
from harness.world import World
from keepline.health.v1.trunk_health_pb2 import ListStatusesRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.sip.v1.trunk_service_pb2 import ListTrunksRequest
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub

KEYS = "/api/v1/keys"
READS = {
    "sip-config": "/api/v1/sip/trunks",
    "phone-sources": "/api/v1/phone/numbers",
    "call-control": "/api/v1/calls",
    "health-monitor": "/api/v1/health/trunks",
}
SCOPES = ["calls:read", "health:read", "numbers:read", "trunks:write"]


async def _make(tenant: Tenant, **fields: Any) -> dict[str, Any]:
    asked = {"name": "a program", "role": "admin", "scopes": SCOPES, **fields}
    answer = await tenant.rest("sip-config").post(KEYS, json=asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@asynccontextmanager
async def _program(world: World, secret: str) -> AsyncIterator[Tenant]:
    program = Tenant("t_access", secret, world.addresses)
    try:
        yield program
    finally:
        await program.aclose()


async def _statuses(program: Tenant) -> dict[str, int]:
    return {name: (await program.rest(name).get(path)).status_code for name, path in READS.items()}


async def test_a_key_opens_every_service_until_it_is_revoked(world: World) -> None:
    owner = world.tenant("t_access")
    made = await _make(owner)
    async with _program(world, made["secret"]) as program:
        await until(lambda: _all(program, 200), 20, "the key known everywhere")
        trunks = SipTrunkServiceStub(program.channel("sip-config"))
        assert not (await trunks.ListTrunks(ListTrunksRequest(), timeout=20)).trunks
        health = TrunkHealthStub(program.channel("health-monitor"))
        assert not (await health.ListStatuses(ListStatusesRequest(), timeout=20)).statuses
        refused = await program.rest("call-control").get("/api/v1/agents")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
        trunk = await program.create_trunk("By a key")
        headers = {"if-match": "*"}
        gone = await owner.rest("sip-config").delete(f"{KEYS}/{made['id']}", headers=headers)
        assert gone.status_code == 204
        await until(lambda: _all(program, 401), 20, "the key revoked everywhere")
    await _told(owner, trunk["id"], made["id"])


async def _all(program: Tenant, status: int) -> bool:
    return set((await _statuses(program)).values()) == {status}


async def _told(owner: Tenant, trunk_id: str, key_id: str) -> None:
    rest = owner.rest("sip-config")

    async def of_trunk() -> Any:
        answer = await rest.get("/api/v1/audit", params={"resource_id": trunk_id})
        return answer.json()["entries"]

    (entry,) = await until(of_trunk, 30, "the change in the audit log")
    assert (entry["actor"], entry["key_id"], entry["action"]) == (key_id, key_id, "created")
    assert (entry["resource"], entry["service"]) == ("trunk", "sip-config")
    assert {"name", "country"} <= set(entry["fields"])


async def test_the_last_use_of_a_key_is_seen(world: World) -> None:
    owner = world.tenant("t_access")
    made = await _make(owner, name="used")
    async with _program(world, made["secret"]) as program:
        await until(lambda: _all(program, 200), 20, "the key known everywhere")

    async def used() -> Any:
        return (await owner.rest("sip-config").get(f"{KEYS}/{made['id']}")).json().get("last_used_at")

    assert str(await until(used, 30, "the last use")).endswith(":00.000Z")
