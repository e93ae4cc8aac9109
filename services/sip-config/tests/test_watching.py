"""What a watching node is told over gRPC, and what is known of where a trunk is in force."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from harness.node import Node
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from keepline.sip.v1.trunk_service_pb2 import GetTrunkRequest
from servicekit.api.asked import Asked
from sip_config.adapters.messages.resources import CHUNK, encode
from sip_config.app.node_feed import NodeFeed
from sip_config.domain.known_records import HeldNumber
from sip_config.domain.network import WordDraft
from sip_config.domain.node_tables import NodeTables
from sip_config.domain.trunk import Trunk

Make = Callable[..., Trunk]


def number(place: int, trunk: int = 1) -> HeldNumber:
    return HeldNumber(f"num_{place}", "t_a", 1, f"+44207{place:07d}", f"trk_{trunk}")


async def in_force(api: Any, trunk_id: str) -> list[tuple[str, bool, int]]:
    body = (await api.rest.get(f"/api/v1/sip/trunks/{trunk_id}", headers=api.as_())).json()
    return [(row["node_id"], row["in_force"], row["trunk_version"]) for row in body["applied"]]


async def test_nothing_is_offered_before_everything_was_read(trunk: Make) -> None:
    feed = NodeFeed(NodeTables(encode, []))
    feed.trunk_written(trunk())
    assert "trunks" in feed.missing
    assert not await feed.moved("", 0.02)
    feed.complete("trunks")
    assert not await feed.moved("", 0.02)
    feed.complete("numbers")
    assert not await feed.moved("", 0.02)
    feed.complete("agents")
    assert feed.missing == ""
    assert await feed.moved("", 1)


async def test_a_node_gets_the_whole_once_and_then_each_change(api: Any, trunk: Make) -> None:
    made = await api.create(endpoints=[{"host": "192.0.2.1"}])
    node = Node(api.edge())
    node.watch(limits=pb.NodeLimits(trunks=100, numbers=1000))
    last = await node.take()
    assert [name.partition("/")[0] for name in node.resources] == ["edge", "switch", "endpoint", "trunk"]
    assert last.whole.revision == pb.Revision()
    await node.acknowledge()
    assert await in_force(api, made["id"]) == [("edge1", True, 1)]
    await api.patch(made["id"], enabled=False)
    assert await in_force(api, made["id"]) == [("edge1", False, 1)]
    await node.take()
    assert node.told[-1] == "change"
    assert not node.resources["trunk/acme.sip.example"].trunk.enabled
    assert "endpoint/udp:192.0.2.1:5060" not in node.resources
    await node.acknowledge()
    assert await in_force(api, made["id"]) == [("edge1", True, 2)]
    node.leave()


async def test_trunks_come_before_their_numbers_and_go_after_them(api: Any, trunk: Make) -> None:
    node = Node(api.edge())
    node.watch()
    await node.take()
    api.feed.number_written(number(1))
    api.feed.trunk_written(trunk())
    last = await node.take()
    assert [one.name for one in last.change.set][-2:] == ["trunk/acme1.sip.example", "number/+442070000001"]
    api.feed.trunk_deleted("trk_1")
    last = await node.take()
    assert list(last.change.removed)[:2] == ["number/+442070000001", "trunk/acme1.sip.example"]
    node.leave()


async def test_wholes_and_changes_come_in_chunks(api: Any, trunk: Make) -> None:
    for place in range(CHUNK * 2):
        api.feed.number_written(number(place))
    node = Node(api.edge())
    node.watch()
    await node.take()
    api.feed.trunk_written(trunk())
    await node.take()
    assert node.told == ["whole", "change", "change", "change"]
    assert len(node.resources) == CHUNK * 2 + 4
    node.leave()
    node.held = pb.Held()
    node.watch()
    await node.take()
    assert node.told[4:] == ["whole"] * 3
    api.feed.trunk_deleted("trk_1")
    await node.take()
    assert node.told[7:] == ["change"] * 3
    assert len(node.resources) == 2
    node.leave()


async def test_a_node_that_was_away_gets_what_it_lacks_and_no_whole(api: Any, trunk: Make) -> None:
    api.feed.trunk_written(trunk(1))
    node = Node(api.edge())
    node.watch()
    await node.take()
    node.leave()
    api.feed.trunk_written(trunk(2))
    api.feed.trunk_deleted("trk_1")
    node.watch()
    await node.take()
    assert node.told[-1] == "change"
    assert "trunk/acme2.sip.example" in node.resources
    node.leave()


async def test_a_node_that_is_current_hears_so_at_once_and_then_the_heartbeat(api: Any) -> None:
    await api.create()
    node = Node(api.edge())
    node.held = pb.Held(version=api.feed.version)
    node.watch()
    for _ in range(3):
        assert (await node.read()).current.version == api.feed.version
    node.leave()


async def test_a_refused_version_is_not_sent_again_until_there_is_another(api: Any, trunk: Make) -> None:
    node = Node(api.edge())
    node.watch()
    await node.take()
    await node.acknowledge()
    held, resources = node.held, dict(node.resources)
    api.feed.trunk_written(trunk(1))
    refused = (await node.take()).change.version
    node.held, node.resources = held, resources
    await node.refuse(refused, "the disk is full")
    node.heard.clear()
    for _ in range(5):
        assert (await node.read()).current.version in (held.version, refused)
    assert (await node.read()).current.version == held.version
    assert set(node.heard) == {"current"}
    api.feed.trunk_written(trunk(2))
    await node.take()
    assert {"trunk/acme1.sip.example", "trunk/acme2.sip.example"} <= node.resources.keys()
    node.leave()


async def test_a_refused_version_is_not_sent_to_the_same_node_when_it_watches_again(
    api: Any, trunk: Make
) -> None:
    api.feed.trunk_written(trunk(1))
    node = Node(api.edge())
    node.watch()
    version = (await node.take()).whole.version
    node.held, node.resources = pb.Held(), {}
    await node.refuse(version, "no")
    node.leave()
    node.refused.clear()  # it forgot, and the control plane did not
    node.heard.clear()
    node.watch()
    for _ in range(3):
        await node.read()
    assert set(node.heard) == {"current"}
    await api.network.say("operator", Asked(WordDraft(True, False, 5)))
    last = await node.take()
    assert last.whole.word.shrunk
    node.leave()


async def test_a_replica_that_lags_sends_nothing_until_it_caught_up(api: Any, trunk: Make) -> None:
    api.feed.trunk_written(trunk())
    position = {"trunk/0": 6, "number/0": 3}
    api.feed.positions = lambda: position
    node = Node(api.edge())
    node.held = pb.Held(version="f" * 64, revision=pb.Revision(positions={"trunk/0": 7}))
    node.watch()
    for _ in range(3):
        assert (await node.read()).lagging.revision.positions == position
    position["trunk/0"] = 7
    last = await node.take()
    assert last.whole.revision.positions == position
    node.leave()


async def test_an_operator_may_say_that_older_content_is_meant(api: Any, trunk: Make) -> None:
    await api.network.say("operator", Asked(WordDraft(False, True, 5)))
    node = Node(api.edge())
    node.held = pb.Held(version="f" * 64, revision=pb.Revision(positions={"trunk/0": 7}))
    node.watch()
    assert (await node.take()).whole.word.older
    node.leave()


async def test_a_thousand_watching_nodes_are_all_told(feed: NodeFeed, trunk: Make) -> None:
    watching = [asyncio.ensure_future(feed.moved(feed.version, 10)) for _ in range(1000)]
    await asyncio.sleep(0)
    feed.trunk_written(trunk())
    assert all(await asyncio.gather(*watching))


async def test_what_a_node_set_aside_is_shown_with_its_trunk_and_no_other(api: Any) -> None:
    mine, other = await api.create(), await api.create(domain_label="other")
    api.feed.number_written(HeldNumber("num_1", "t_a", 1, "+442070000001", mine["id"]))
    node = Node(api.edge())
    node.watch()
    await node.take()
    await node.acknowledge({"number/+442070000001": "no", "trunk/other.sip.example": "its sources"})
    body = (await api.rest.get(f"/api/v1/sip/trunks/{mine['id']}", headers=api.as_())).json()
    assert body["applied"][0]["in_force"]
    assert body["applied"][0]["set_aside"] == [{"name": "number/+442070000001", "reason": "no"}]
    body = (await api.rest.get(f"/api/v1/sip/trunks/{other['id']}", headers=api.as_())).json()
    assert not body["applied"][0]["in_force"]
    assert body["applied"][0]["set_aside"] == [{"name": "trunk/other.sip.example", "reason": "its sources"}]
    node.leave()


async def test_an_invalid_record_of_a_topic_is_set_aside_and_stops_nothing(api: Any, trunk: Make) -> None:
    made = await api.create()
    api.feed.number_written(HeldNumber("num_1", "t_a", 1, "+1", made["id"]))
    assert (await api.patch(made["id"], enabled=False))["status"] == 200
    path = f"/api/v1/sip/trunks/{made['id']}"
    body = (await api.rest.get(path, headers=api.as_())).json()
    assert [one["name"] for one in body["set_aside"]] == ["num_1"]
    assert "E.164" in body["set_aside"][0]["reason"]
    api.feed.number_written(HeldNumber("num_1", "t_a", 2, "+442070000001", made["id"]))
    assert (await api.rest.get(path, headers=api.as_())).json()["set_aside"] == []
    assert api.feed.tables.find("number/+442070000001")


async def test_what_is_set_aside_is_bounded(feed: NodeFeed) -> None:
    for place in range(1100):
        feed.number_written(HeldNumber(f"num_{place}", "t_a", 1, "+1", "trk_1"))
    assert feed.aside_count == 1000


async def test_the_smallest_edge_bounds_what_a_tenant_can_create(api: Any) -> None:
    for node_id, most in (("edge1", 2), ("edge2", 100)):
        node = Node(api.edge(node_id), node_id)
        node.watch(limits=pb.NodeLimits(trunks=most, numbers=1))
        await node.take()
        node.leave()
    made = [await api.create(domain_label=f"d{n}") for n in range(3)]
    assert [one["status"] for one in made] == [201, 201, 409]
    assert (made[2]["code"], bool(made[2]["hint"])) == ("edges_full", True)
    assert (await api.stub().GetTrunk(GetTrunkRequest(id=made[0]["id"]))).numbers_left == 1
    for n in (1, 2):
        api.feed.number_written(HeldNumber(f"num_{n}", "t_a", 1, f"+44207000000{n}", made[0]["id"]))
    body = (await api.rest.get(f"/api/v1/sip/trunks/{made[0]['id']}", headers=api.as_())).json()
    assert [one["name"] for one in body["set_aside"]] == ["number/+442070000002"]
    assert "no room" in body["set_aside"][0]["reason"]
    answer = await api.stub().GetTrunk(GetTrunkRequest(id=made[0]["id"]))
    assert (answer.HasField("numbers_left"), answer.numbers_left) == (True, 0)


async def _read_to_its_end(node: Node) -> None:
    """Heartbeats may be on their way."""
    while True:
        await node.read()


async def test_of_a_node_that_watches_again_and_again_two_streams_are_served(api: Any, trunk: Make) -> None:
    nodes = [Node(api.edge()) for _ in range(4)]
    for node in nodes:
        node.watch()
        await node.take()
    other = Node(api.edge("edge2"), "edge2")
    other.watch()
    await other.take()
    for node in nodes[:2]:
        problem = await api.problem(_read_to_its_end(node))
        assert problem.code == "stream_replaced"
    api.feed.trunk_written(trunk())
    for node in (*nodes[2:], other):
        await node.take()
        assert node.told[-1] == "change"
        node.leave()


@pytest.mark.parametrize("role", ["owner", "admin", "viewer", "operator"])
async def test_who_is_no_node_is_told_nothing(api: Any, role: str) -> None:
    stub = api.stub(role=role, kind=SwitchConfigStub, subject="edge1")
    problem = await api.problem(stub.Ack(pb.AckRequest(node_id="edge1", version="x")))
    assert problem.http_status == 403
    problem = await api.problem(stub.Watch(pb.WatchRequest(node_id="edge1")).read())
    assert problem.http_status == 403


async def test_a_node_of_a_tenant_is_told_nothing_of_the_others(api: Any) -> None:
    stub = api.stub("t_a", "node", SwitchConfigStub, "edge1")
    watch = stub.Watch(pb.WatchRequest(node_id="edge1", kind=pb.NODE_KIND_EDGE, schema=1))
    for call in (watch.read(), stub.Ack(pb.AckRequest(node_id="edge1", version="x"))):
        assert (await api.problem(call)).code == "node_of_a_tenant"


async def test_a_node_speaks_for_itself_only(api: Any) -> None:
    stub = api.edge("edge1")
    assert (await api.problem(stub.Ack(pb.AckRequest(node_id="edge2")))).code == "node_is_another"
    watch = stub.Watch(pb.WatchRequest(node_id="edge2", kind=pb.NODE_KIND_EDGE, schema=1))
    assert (await api.problem(watch.read())).code == "node_is_another"
    for wrong in ("", "x" * 65, "edge\n1"):
        assert (await api.problem(stub.Ack(pb.AckRequest(node_id=wrong)))).code == "node_invalid"


async def test_a_node_of_another_kind_or_schema_is_told_so(api: Any) -> None:
    for wrong in (
        {"kind": pb.NODE_KIND_SWITCH, "schema": 1},
        {"kind": pb.NODE_KIND_EDGE, "schema": 0},
    ):
        watch = api.edge().Watch(pb.WatchRequest(node_id="edge1", **wrong))
        problem = await api.problem(watch.read())
        assert (problem.code, len(problem.violations)) == ("node_invalid", 1)
