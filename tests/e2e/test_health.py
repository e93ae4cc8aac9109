"""A provider's endpoint or an agent that stops answering is told in words, to whoever watches and reads."""

import grpc
import httpx
import pytest

from harness.events import state_values
from harness.phones import AGENT, PROVIDER
from harness.until import until
from harness.world import World
from keepline.health.v1.trunk_health_pb2 import TrunkVerdict, WatchRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from switchlink.testing.free_ports import free_port

STATUS, AGENT_STATUS = "keepline.trunk.status.v1", "keepline.agent.status.v1"
AT_ONCE = 15.0  # seconds from the write, on a slow machine; two of them are the edge's wait for an answer
HEALTHY, DOWN = TrunkVerdict.TRUNK_VERDICT_HEALTHY, TrunkVerdict.TRUNK_VERDICT_DOWN


async def test_an_endpoint_that_falls_silent_is_told_in_words(world: World) -> None:
    tenant, other = world.tenant("t_watched"), world.tenant("t_curious")
    endpoint = await world.phones.probed(PROVIDER)
    trunk = await tenant.create_trunk("Acme", endpoints=[{"host": PROVIDER, "port": endpoint.port}])
    healthy = await tenant.has_verdict(trunk["id"], HEALTHY)
    assert "answers our probes" in healthy.sentence
    assert healthy.endpoints[0].latency_ms >= 0
    watch = TrunkHealthStub(tenant.channel("health-monitor")).Watch(WatchRequest())
    first = await watch.read()
    assert [(s.trunk_id, s.verdict) for s in first.snapshot.statuses] == [(trunk["id"], HEALTHY)]
    await endpoint.stop()
    changed = (await watch.read()).changed
    while changed.verdict != DOWN:
        changed = (await watch.read()).changed
    assert changed.sentence.startswith("Acme does not answer")
    assert f"{PROVIDER}:{endpoint.port}" in changed.sentence
    theirs = TrunkHealthStub(other.channel("health-monitor")).Watch(WatchRequest(trunk_ids=[trunk["id"]]))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await theirs.read()
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    answer = await other.rest("health-monitor").get(f"/api/v1/health/trunks/{trunk['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "trunk_not_found")
    await tenant.delete_trunk(trunk["id"])
    removed = await watch.read()
    while removed.WhichOneof("update") != "removed_trunk_id":
        removed = await watch.read()
    assert removed.removed_trunk_id == trunk["id"]
    assert len(await state_values(world.kafka.bootstrap, STATUS, trunk["id"])) >= 3


async def test_an_agent_is_probed_at_once_and_its_silence_takes_no_call_from_it(world: World) -> None:
    tenant, other = world.tenant("t_probed"), world.tenant("t_curious")
    desk = await world.phones.probed(AGENT)
    uri = f"sip:desk@{AGENT}:{desk.port};transport=udp"
    agent = await tenant.create_sip_agent("Receptionist", uri)
    status = await tenant.agent_answers(agent["id"], "healthy", AT_ONCE, reachable=True)
    assert status["sentence"] == "Receptionist answers our probes."
    assert (status["edges"][0]["reachable"], status["latency_ms"] > 0) == (True, True)
    nobody = await tenant.create_sip_agent("Nobody", f"sip:desk@{AGENT}:{free_port(AGENT)};transport=udp")
    status = await tenant.agent_answers(nobody["id"], "unknown", AT_ONCE, reachable=False)
    assert status["sentence"].startswith("Nobody has not answered our first probe; we go on asking")
    await desk.stop()
    status = await tenant.agent_answers(agent["id"], "down", 30, reachable=False)
    assert status["sentence"].startswith("Receptionist has not answered our probes since ")
    assert "calls are still offered to it" in status["sentence"]
    path = f"/api/v1/health/agents/{agent['id']}"
    answer = await other.rest("health-monitor").get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")
    deleted = await tenant.rest("call-control").delete(
        f"/api/v1/agents/{agent['id']}", headers={"if-match": "*"}
    )
    assert deleted.status_code == httpx.codes.NO_CONTENT

    async def gone() -> bool:
        return (await tenant.rest("health-monitor").get(path)).status_code == httpx.codes.NOT_FOUND

    await until(gone, 30, "the end of the agent's status")
    assert len(await state_values(world.kafka.bootstrap, AGENT_STATUS, agent["id"])) >= 3
