"""A provider's endpoint that stops answering is told in words, to whoever watches and to whoever reads."""

import grpc
import pytest

from harness.events import state_values
from harness.phones import PROVIDER
from harness.world import World
from keepline.health.v1.trunk_health_pb2 import TrunkVerdict, WatchRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub

STATUS = "keepline.trunk.status.v1"
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
