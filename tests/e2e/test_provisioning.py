"""What one tenant writes is told to every service, and is not there for another tenant."""

import httpx
import pytest

from harness.events import state_values
from harness.line import Line, kept_number
from harness.world import World
from keepline.sip.v1.trunk_pb2 import TrunkState

TRUNKS, NUMBERS = "keepline.sip.trunk.state.v1", "keepline.phone.number.state.v1"


async def test_trunks_and_numbers_are_told_until_their_tombstones(world: World) -> None:
    tenant = world.tenant("t_told")
    trunk = await tenant.create_trunk("Told", domain_label="told")
    number = await tenant.create_number("020 7946 0999", trunk["id"])
    await tenant.change_trunk(trunk["id"], enabled=False)
    assert (await tenant.change_number(number["id"], label="Told"))["version"] == 2
    assert (await tenant.delete_number(number["id"])).status_code == 204
    await tenant.delete_trunk(trunk["id"])
    told = await state_values(world.kafka.bootstrap, TRUNKS, trunk["id"])
    states = [TrunkState.FromString(value).trunk for value in told if value is not None]
    assert [(state.version, state.enabled) for state in states] == [(1, True), (2, False)]
    assert told[-1] is None
    assert (await state_values(world.kafka.bootstrap, NUMBERS, number["id"]))[-1] is None


async def test_a_number_moves_to_another_trunk_and_its_calls_with_it(world: World) -> None:
    tenant = world.tenant("t_moved")
    first, second = await tenant.create_trunk("First"), await tenant.create_trunk("Second")
    number = await tenant.create_number("020 7946 0998", first["id"])
    agent = await tenant.create_sip_agent("Desk", "sip:desk@127.0.2.1:5070;transport=udp")
    plan = await tenant.create_plan("Desk", [number["number"]], agent["id"])
    await tenant.decides(first["id"], number["number"])
    assert (await tenant.change_number(number["id"], trunk_id=second["id"]))["number"] == number["number"]
    await tenant.decides(second["id"], number["number"])
    await tenant.decides(first["id"], number["number"], legs=0)
    await tenant.in_force(second["id"], number_count=1)
    await tenant.delete_trunk(first["id"])
    refused = await tenant.delete_number(number["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "number_in_use")
    path = f"/api/v1/routing/plans/{plan['id']}"
    assert (await tenant.rest("call-control").delete(path, headers={"if-match": "*"})).status_code == 204
    assert (await tenant.delete_number(number["id"])).status_code == 204


def _paths(line: Line) -> list[tuple[str, str]]:
    return [
        ("sip-config", f"/api/v1/sip/trunks/{line.trunk['id']}"),
        ("call-control", f"/api/v1/agents/{line.plan['first_agent_id']}"),
        ("call-control", f"/api/v1/routing/plans/{line.plan['id']}"),
        ("health-monitor", f"/api/v1/health/trunks/{line.trunk['id']}"),
    ]


async def test_another_tenants_objects_are_not_there(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    other = world.tenant("t_stranger")
    for service, path in _paths(line):
        answer = await other.rest(service).get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"].endswith("_not_found")
        assert (await line.tenant.rest(service).get(path)).is_success, path


async def test_a_number_that_another_tenant_holds_is_refused(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    other = world.tenant("t_stranger")
    trunk = await other.create_trunk("Theirs")
    body = {"number": line.number, "trunk_id": trunk["id"]}
    answer = await other.rest("phone-sources").post("/api/v1/phone/numbers", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "number_taken")


SERVICES = ["sip-config", "phone-sources", "call-control", "health-monitor"]
LISTS = {
    "sip-config": "/api/v1/sip/trunks",
    "phone-sources": "/api/v1/phone/numbers",
    "call-control": "/api/v1/calls",
    "health-monitor": "/api/v1/health/trunks",
}


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_gets_in_without_a_token_of_ours(world: World, service: str) -> None:
    async with httpx.AsyncClient(base_url=world.services[service].url) as client:
        assert (await client.get("/healthz")).is_success
        assert (await client.get("/readyz")).is_success
        for header in ("", "Bearer x", "Bearer e30.e30.", "Basic dDp0"):
            answer = await client.get(LISTS[service], headers={"authorization": header})
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
