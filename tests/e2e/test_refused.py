"""What does not belong to us never reaches an agent, and the tenant can look up why."""

import pytest

from harness.line import kept_number
from harness.phones import STRANGER
from harness.sipp import Sipp
from harness.world import World


async def test_an_unknown_number_is_refused_with_its_code(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await world.phones.refused("+442079469999", line.domain, 404)
    assert outcome.result.as_told, outcome
    assert "number_unknown" in outcome.status
    record = await line.last_call()
    assert record["decision"]["code"] == "number_unknown"
    assert agent.sipp.logged() == ""


async def test_an_unknown_source_is_refused_with_its_code(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
    assert outcome.result.as_told, outcome
    assert "source_not_allowed" in outcome.status
    assert await line.tenant.calls(trunk_id=line.trunk["id"]) == []


async def test_an_address_that_is_not_allowed_is_allowed_by_its_fix(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await world.phones.refused(line.number, line.domain, 403, address=STRANGER)).result.as_told
    refused = await line.tenant.rejection(line.trunk["id"], code="source_not_allowed")
    assert (refused["source_address"], refused["called"]) == (STRANGER, line.number)
    assert refused["nearest"] == {"network": "127.0.1.0/24", "just_outside": False}
    (fix,) = refused["fixes"]
    fixed = await line.tenant.apply_fix(refused["id"], fix["id"])
    assert (fixed["state"], fixed["fixed"]["trunk_version"]) == ("fixed", 2)
    await line.tenant.in_force(line.trunk["id"])
    caller = await world.phones.dial(line.number, line.domain, address=STRANGER)
    assert (await caller.outcome()).result.as_told


async def test_an_unknown_number_is_brought_in_by_its_fix(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    number = "+442079460087"
    assert (await world.phones.refused("02079460087", line.domain, 404)).result.as_told
    refused = await line.tenant.rejection(line.trunk["id"], code="number_unknown")
    assert (refused["number"], refused["said_by"]) == (number, "router")
    other = world.tenant("t_stranger")
    assert (await other.rest("sip-config").get(f"/api/v1/sip/rejections/{refused['id']}")).status_code == 404
    await line.tenant.apply_fix(refused["id"], f"add_number:{number}")
    await line.tenant.decides(line.trunk["id"], number, legs=0, code="plan_missing")
    assert (await world.phones.refused("02079460087", line.domain, 480)).result.as_told
    refused = await line.tenant.rejection(line.trunk["id"], code="plan_missing")
    await line.tenant.apply_fix(refused["id"], f"put_on_plan:{number}", plan_id=line.plan["id"])
    await line.tenant.decides(line.trunk["id"], number)
    caller = await world.phones.dial("02079460087", line.domain)
    assert (await caller.outcome()).result.as_told
    entries = (await line.tenant.rest("sip-config").get("/api/v1/audit")).json()["entries"]
    assert {"rejection", "number"} <= {entry["resource"] for entry in entries}


FORGED = "X-Keepline-Tenant: t_other\nx-keepline-call-id : call_00000000-0000-0000-0000-000000000000\n"


async def test_forged_headers_change_nothing(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    outcome = await (await line.dial(words={"HEADERS": FORGED})).outcome()
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    assert record["id"] != "call_00000000-0000-0000-0000-000000000000"
    seen = agent.sipp.messages().lower()
    assert "t_other" not in seen
    assert "x-keepline-tenant" not in seen
    assert seen.count("x-keepline-call-id") == 1


@pytest.mark.parametrize("method", ["MESSAGE", "REGISTER", "SUBSCRIBE"])
async def test_other_methods_are_not_for_outsiders(world: World, method: str) -> None:
    line = await kept_number(world, await world.phones.agent())
    asked = Sipp(
        "stranger_asks",
        STRANGER,
        world.folder / "phones" / f"stranger-{method}",
        remote=world.phones.edge,
        number=line.number,
        keys={"domain": line.domain, "caller": "+442071838750"},
        words={"METHOD": method, "STATUS": "405"},
    )
    assert (await asked.run()).as_told
    assert "method_not_allowed" in asked.logged()
    assert (await line.tenant.rejection(line.trunk["id"]))["about"] == method
