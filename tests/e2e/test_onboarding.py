"""A number goes live: step by step, with a call that is turned away, its fix, and the call that proves it."""

from typing import Any

from harness.events import everything
from harness.phones import STRANGER
from harness.tenant import Tenant
from harness.until import until
from harness.world import World
from keepline.events.v1.onboarding_event_pb2 import OnboardingEvent
from keepline_client import AsyncKeepline

PATH = "/api/v1/sip/onboardings"
TOPIC = "keepline.onboarding.events.v1"
NUMBER = "+442079460984"


async def _save(tenant: Tenant, one: dict[str, Any], **fields: object) -> dict[str, Any]:
    rest, headers = tenant.rest("sip-config"), {"if-match": f'"{one["version"]}"'}
    answer = await rest.patch(f"{PATH}/{one['id']}", json=fields, headers=headers)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def _events(world: World, onboarding_id: str) -> list[OnboardingEvent]:
    found = await everything(world.kafka.bootstrap, [TOPIC])
    return [OnboardingEvent.FromString(one.value or b"") for one in found if one.key == onboarding_id]


async def test_a_number_goes_live(world: World) -> None:
    tenant = world.tenant("t_onboarding", through_door=True)
    rest = tenant.rest("sip-config")
    one = (await rest.post(PATH, json={"line": "trunk"})).json()
    trunk = await tenant.create_trunk("Acme", domain_label="onboarding")
    one = await _save(tenant, one, provider_name="Acme", trunk_id=trunk["id"])
    number = await tenant.create_number(NUMBER, trunk["id"])
    one = await _save(tenant, one, numbers=[{"number_id": number["id"], "number": NUMBER}])
    phone = await world.phones.agent()
    agent = await tenant.create_sip_agent("Anna", phone.uri)
    plan = await tenant.create_plan("Reception", [NUMBER], agent["id"])
    one = await _save(tenant, one, agent_id=agent["id"], plan_id=plan["id"], armed=True)
    assert one["next_step"] == "call"
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], NUMBER)

    assert (await world.phones.refused(NUMBER, trunk["domain"], 403, address=STRANGER)).result.as_told
    refused = await tenant.rejection(trunk["id"], code="source_not_allowed")
    await tenant.apply_fix(refused["id"], refused["fixes"][0]["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    assert "tested_at" not in await tenant.trunk(trunk["id"])
    caller = await world.phones.dial(NUMBER, trunk["domain"], address=STRANGER)
    assert (await caller.outcome()).result.as_told

    async def tested() -> dict[str, Any] | None:
        found = (await rest.get(f"{PATH}/{one['id']}")).json()
        return found if "tested" in found else None

    one = await until(tested, 30, "the call seen by the onboarding")
    proof = one["tested"]
    assert (proof["number"], proof["caller_heard"], proof["agent_heard"]) == (NUMBER, True, True)
    record = await tenant.call(proof["call_id"])
    assert (record["setup_ms"], record["answered_at"]) == (proof["answered_after_ms"], proof["at"])
    assert (await tenant.trunk(trunk["id"]))["tested_at"] == proof["at"]
    door = world.addresses.http["door"]
    async with AsyncKeepline(door, tenant.token) as keepline:
        live = await keepline.onboardings.go_live(one["id"], emergency_acknowledged=True)
    assert (live.state, live.tested is not None) == ("live", True)

    async with AsyncKeepline(door, world.token("platform", "operator")) as keepline:
        success = await keepline.onboardings.success(begin=live.created_at)
    assert (success.begun, success.live, success.live_untested) == (1, 1, 0)
    assert [(met.code, met.count, met.fixed) for met in success.refused] == [("source_not_allowed", 1, 1)]
    assert success.seconds_to_live is not None
    assert 0 < success.seconds_to_live.p50 < 120

    async def whole() -> list[OnboardingEvent] | None:
        found = await _events(world, one["id"])
        return found if found and found[-1].HasField("live") else None

    told = await until(whole, 30, "the whole onboarding told")
    kinds = [str(event.WhichOneof("event")) for event in told]
    assert kinds == ["begun", *["step_done"] * 3, "refused", "fixed", "step_done", "live"]
    assert told[-1].live.tested
    assert (NUMBER[1:] in str(told), STRANGER in str(told), "Acme" in str(told)) == (False, False, False)
