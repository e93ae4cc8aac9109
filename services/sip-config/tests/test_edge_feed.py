"""What a watching edge is told, and what is known of where a trunk is in force."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from servicekit.testing import FakeClock
from sip_config.app.edge_feed import EdgeFeed, Whole
from sip_config.domain.edge_tables import Change, HeldNumber
from sip_config.domain.records import DISABLED, Destination
from sip_config.domain.trunk import Trunk

Make = Callable[..., Trunk]


async def test_nothing_is_offered_before_everything_was_read(trunk: Make) -> None:
    feed = EdgeFeed([Destination(1, "127.0.0.1", 5080)], FakeClock())
    feed.trunk_written(trunk())
    assert "trunks" in feed.missing
    assert await feed.next_for("", 0.02) is None
    feed.complete("trunks")
    assert await feed.next_for("", 0.02) is None
    feed.complete("numbers")
    assert feed.missing == ""
    assert isinstance(await feed.next_for("", 1), Whole)


async def test_a_node_gets_the_whole_once_and_then_each_change(feed: EdgeFeed, trunk: Make) -> None:
    feed.trunk_written(trunk(1))
    whole = await feed.next_for("of an earlier life", 1)
    assert isinstance(whole, Whole)
    waiting = asyncio.ensure_future(feed.next_for(whole.version, 5))
    await asyncio.sleep(0)
    feed.trunk_written(trunk(2))
    feed.number_written(HeldNumber("num_1", "t_a", 1, "+442079460001", "trk_2"))
    change = await waiting
    assert isinstance(change, Change)
    assert change.from_version == whole.version
    assert [record.key for record in change.set] == ["acme2.sip.example", "+442079460001"]
    assert await feed.next_for(change.to_version, 0.02) is None


async def test_a_thousand_watching_edges_are_all_told(feed: EdgeFeed, trunk: Make) -> None:
    watching = [asyncio.ensure_future(feed.next_for(feed.version, 10)) for _ in range(1000)]
    await asyncio.sleep(0)
    feed.trunk_written(trunk())
    told = await asyncio.gather(*watching)
    assert all(isinstance(news, Change) and news.to_version == feed.version for news in told)


async def test_a_trunk_is_in_force_where_its_version_was_taken(feed: EdgeFeed, trunk: Make) -> None:
    feed.trunk_written(trunk(version=1))
    feed.reported("edge1", feed.version, "")
    assert [(row.in_force, row.trunk_version) for row in feed.applied("trk_1")] == [(True, 1)]
    feed.trunk_written(trunk(version=2, enabled=False))
    assert [(row.in_force, row.trunk_version) for row in feed.applied("trk_1")] == [(False, 1)]
    feed.reported("edge1", feed.version, "a record is broken")
    assert [(row.in_force, row.trunk_version) for row in feed.applied("trk_1")] == [(False, 1)]
    assert feed.applied("trk_1")[0].report.nack_reason == "a record is broken"
    feed.reported("edge1", feed.version, "")
    assert [(row.in_force, row.trunk_version) for row in feed.applied("trk_1")] == [(True, 2)]


async def test_an_edge_watches_over_grpc_from_the_whole_to_a_change(api: Any) -> None:
    made = await api.create()
    edge = api.edge()
    watch = edge.Watch(pb.WatchRequest(node_id="edge1"))
    first = (await watch.read()).snapshot
    assert (first.last, first.record_count, first.version) == (True, 1, api.feed.version)
    assert first.records[0].key == "acme.sip.example"
    await edge.Ack(pb.AckRequest(node_id="edge1", version=first.version))
    body = (await api.rest.get(f"/api/v1/sip/trunks/{made['id']}", headers=api.as_())).json()
    assert [(row["node_id"], row["in_force"]) for row in body["applied"]] == [("edge1", True)]
    await api.patch(made["id"], enabled=False)
    delta = (await watch.read()).delta
    assert (delta.from_version, delta.to_version) == (first.version, api.feed.version)
    assert delta.set[0].value.split("|")[2] == DISABLED
    watch.cancel()


async def test_an_edge_that_runs_the_newest_is_sent_nothing_again(api: Any) -> None:
    await api.create()
    watch = api.edge().Watch(pb.WatchRequest(node_id="edge1", running_version=api.feed.version))
    await api.create(domain_label="second")
    assert (await watch.read()).WhichOneof("update") == "delta"
    watch.cancel()


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
async def test_a_tenant_is_no_edge(api: Any, role: str) -> None:
    stub = api.stub(role=role, kind=SwitchConfigStub)
    problem = await api.problem(stub.Ack(pb.AckRequest(node_id="edge1", version="x")))
    assert problem.http_status == 403
    problem = await api.problem(stub.Watch(pb.WatchRequest(node_id="edge1")).read())
    assert problem.http_status == 403


async def test_a_node_says_who_it_is(api: Any) -> None:
    for wrong in ("", "x" * 65, "edge\n1"):
        problem = await api.problem(api.edge().Ack(pb.AckRequest(node_id=wrong, version="x")))
        assert problem.code == "node_invalid"
