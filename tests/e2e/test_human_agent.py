"""A person behind a trunk answers: the leg goes out through the trunk's endpoint, to an extension there."""

from harness.phones import PROVIDER
from harness.world import World

NUMBER = "+442079460985"


async def test_a_person_at_an_extension_answers_and_both_hear(world: World) -> None:
    person = await world.phones.agent("person_answers", address=PROVIDER, calls=1000)
    tenant = world.tenant("t_desk")
    endpoint = {"host": PROVIDER, "port": person.sipp.port, "transport": "udp"}
    trunk = await tenant.create_trunk("Our PBX", domain_label="desk", endpoints=[endpoint])
    await tenant.create_number(NUMBER, trunk["id"])
    desk = await tenant.create_human_agent("Front desk", trunk["id"], "100")
    await tenant.create_plan("At the desk", [NUMBER], desk["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], NUMBER)
    caller = await world.phones.dial(NUMBER, trunk["domain"], hold=2.0)
    outcome = await caller.outcome()
    assert outcome.result.as_told, outcome
    assert outcome.heard.clear, str(outcome.heard)
    assert person.heard.clear, str(person.heard)
    record = await tenant.last_call(trunk["id"])
    assert [(leg["agent_id"], leg["sip_status"]) for leg in record["legs"]] == [(desk["id"], 200)]
    assert record["decision"]["legs"][0]["uri"].startswith("sip:100@127.0.1.1")
