"""What operators see and order; what is believed at a start."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.node import Node
from keepline.sip.v1 import network_service_pb2 as net
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.network_service_pb2_grpc import NetworkServiceStub
from keepline.sip.v1.switch_state_pb2 import SwitchState
from keepline_client import RESET, AsyncKeepline, VersionMismatch
from servicekit.api.asked import Asked
from servicekit.testing import until
from sip_config.adapters.mongo.network import TOPIC as SWITCHES
from sip_config.adapters.mongo.node_reports import ReportDocuments
from sip_config.app.node_reports import Hello, NodeReports, Word
from sip_config.domain.believing import SMALL, implausible
from sip_config.domain.known_records import HeldNumber
from sip_config.domain.network import WordDraft
from sip_config.domain.node_report import Held, Limits, NodeReport

PATH = "/api/v1/sip/network"


async def _order(api: Any, switch_id: str, state: str | None, if_match: str = "*") -> Any:
    headers = api.as_("platform", "operator") | {"if-match": if_match}
    return await api.rest.patch(f"{PATH}/switches/{switch_id}", json={"state": state}, headers=headers)


async def test_an_order_is_made_by_the_rule_of_all_changes(api: Any) -> None:
    operator, path = api.as_("platform", "operator"), f"{PATH}/switches/sw1"
    read = await api.rest.get(path, headers=operator)
    assert (read.headers["etag"], read.json()["ordered"]) == ('"0"', False)
    assert (await api.rest.patch(path, json=read.json(), headers=operator)).status_code == 428
    drained = await _order(api, "sw1", "draining", '"0"')
    assert (drained.json()["state"], drained.json()["ordered"], drained.headers["etag"]) == (
        "draining",
        True,
        '"1"',
    )
    late = await _order(api, "sw1", "active", '"0"')
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    assert (await _order(api, "sw1", "draining")).headers["etag"] == '"1"'
    wrong = await _order(api, "sw1", "asleep")
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/state"]
    reset = (await _order(api, "sw1", None, '"1"')).json()
    assert (reset["state"], reset["ordered"], reset["version"]) == ("active", False, 2)
    assert await _waiting(api) == pb.DESTINATION_STATE_ACTIVE


async def test_operators_do_the_same_by_the_client(api: Any) -> None:
    token = api.as_("platform", "operator")["authorization"].removeprefix("Bearer ")
    network = AsyncKeepline("http://test", token, http=api.rest).network
    read = await network.switch("sw1")
    drained = await network.update_switch("sw1", {"state": "draining"}, version=read.version)
    assert (drained.state, drained.ordered, drained.version) == ("draining", True, 1)
    with pytest.raises(VersionMismatch):
        await network.update_switch("sw1", {"state": "active"}, version=read.version)
    reset = await network.update_switch("sw1", {"state": RESET}, version=drained.version)
    assert (reset.state, reset.ordered) == ("active", False)
    assert "sw1" in {each.id for each in (await network.get()).switches if each.state == "active"}
    word = await network.say({"shrunk": True, "minutes": 1})
    assert (word.shrunk, word.older, (await network.get()).word) == (True, False, word)


async def test_operators_do_the_same_over_grpc(api: Any) -> None:
    node = Node(api.edge())
    node.watch()
    await node.take()
    stub = api.stub("platform", "operator", NetworkServiceStub)
    read = (await stub.GetSwitch(net.GetSwitchRequest(id="sw1"))).switch
    assert (read.state, read.ordered, read.version) == (pb.DESTINATION_STATE_ACTIVE, False, 0)
    drain = net.Switch(id="sw1", state=pb.DESTINATION_STATE_DRAINING)
    free = await api.problem(stub.UpdateSwitch(net.UpdateSwitchRequest(switch=drain)))
    assert free.code == "precondition_required"
    asked = net.UpdateSwitchRequest(switch=drain, any_version=True)
    drained = (await stub.UpdateSwitch(asked)).switch
    assert (drained.state, drained.ordered, drained.version) == (pb.DESTINATION_STATE_DRAINING, True, 1)
    reset = net.UpdateSwitchRequest(switch=net.Switch(id="sw1"), expected_version=1)
    reset.update_mask.paths.append("state")
    assert (await stub.UpdateSwitch(reset)).switch.state == pb.DESTINATION_STATE_ACTIVE
    assert (await api.problem(stub.UpdateSwitch(reset))).code == "version_mismatch"
    gone = await api.problem(stub.GetSwitch(net.GetSwitchRequest(id="sw9")))
    assert gone.code == "switch_not_found"
    said = (await stub.SayWord(net.SayWordRequest(shrunk=True))).word
    assert (said.shrunk, said.older, said.said_by) == (True, False, "dev")
    wrong = await api.problem(stub.SayWord(net.SayWordRequest(minutes=1441)))
    assert [one.code for one in wrong.violations] == ["minutes_invalid"]
    seen = await stub.GetNetwork(net.GetNetworkRequest())
    assert [one.id for one in seen.switches] == ["sw1"]
    assert [(one.node_id, one.kind) for one in seen.nodes] == [("edge1", "edge")]
    assert seen.word == said
    tenant = api.stub(kind=NetworkServiceStub)
    assert (await api.problem(tenant.GetNetwork(net.GetNetworkRequest()))).code == "role_forbidden"
    node.leave()


async def test_a_switch_is_drained_and_taken_back(api: Any) -> None:
    node = Node(api.edge())
    node.watch()
    await node.take()
    assert node.resources["switch/sw1"].switch.state == pb.DESTINATION_STATE_ACTIVE
    answer = await _order(api, "sw1", "draining")
    assert (answer.status_code, answer.json()["state"]) == (200, "draining")
    last = await node.take()
    assert [one.name for one in last.change.set] == ["switch/sw1"]
    assert node.resources["switch/sw1"].switch.state == pb.DESTINATION_STATE_DRAINING
    await _order(api, "sw1", "active")
    await node.take()
    assert node.resources["switch/sw1"].switch.state == pb.DESTINATION_STATE_ACTIVE
    gone = await _order(api, "sw9", "active")
    assert (gone.status_code, gone.json()["code"]) == (404, "switch_not_found")
    node.leave()


async def test_routers_are_told_what_settings_and_orders_say(api: Any) -> None:
    running = asyncio.ensure_future(api.network.run())
    await until(lambda: api.network._told)
    running.cancel()
    assert await _waiting(api) == pb.DESTINATION_STATE_ACTIVE
    await _order(api, "sw1", "draining")
    assert await _waiting(api) == pb.DESTINATION_STATE_DRAINING


async def _waiting(api: Any) -> int:
    """The state of the switch that waits in the outbox."""
    found = await api.shared.network.find_one({"_id": "switch:sw1"})
    told = [entry for entry in found["outbox"] if entry["topic"] == SWITCHES]
    return SwitchState.FromString(told[-1]["value"]).state


async def test_an_operator_sees_nodes_and_what_they_refused(api: Any) -> None:
    node = Node(api.edge())
    node.watch(limits=pb.NodeLimits(trunks=5, numbers=7))
    version = (await node.take()).whole.version
    node.held = pb.Held()
    await node.refuse(version, "the disk is full")
    body = (await api.rest.get(PATH, headers=api.as_("platform", "operator"))).json()
    assert (body.get("missing"), [one["id"] for one in body["switches"]]) == (None, ["sw1"])
    seen = body["nodes"][0]
    assert (seen["node_id"], seen["current"], seen["nack_reason"]) == ("edge1", False, "the disk is full")
    assert (seen["trunks_limit"], seen["numbers_limit"]) == (5, 7)
    node.leave()


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
async def test_a_tenant_sees_and_orders_nothing_of_the_network(api: Any, role: str) -> None:
    headers = api.as_(role=role)
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", f"{PATH}/word", {"shrunk": True}),
        ("GET", f"{PATH}/switches/sw1", None),
        ("PATCH", f"{PATH}/switches/sw1", {"state": "draining"}),
    ):
        answer = await api.rest.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


async def test_a_word_is_valid_for_its_time_only(api: Any) -> None:
    operator = api.as_("platform", "operator")
    for minutes in (0, 24 * 60 + 1):
        answer = await api.rest.post(f"{PATH}/word", json={"minutes": minutes}, headers=operator)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/minutes")
    said = await api.rest.post(f"{PATH}/word", json={"shrunk": True, "minutes": 5}, headers=operator)
    assert (said.json()["shrunk"], said.json()["older"]) == (True, False)
    assert api.network.word.said_by == "dev"
    api.shared.clock.advance(5 * 60 + 1)
    assert api.network.word is None
    assert (await api.rest.get(PATH, headers=operator)).json().get("word") is None


async def test_numbers_that_are_suddenly_gone_need_an_operators_word(api: Any) -> None:
    for place in range(SMALL):
        api.feed.number_written(HeldNumber(f"num_{place}", "t_a", 1, f"+44207{place:07d}", "trk_1"))
    await api.network._mark()
    read = {"count": 0}
    believing = asyncio.ensure_future(api.network.believe("numbers", lambda: read["count"]))
    await until(lambda: bool(api.feed.missing))
    assert f"{SMALL} numbers were known and 0 were read" in api.feed.missing
    assert not believing.done()
    await api.network.say("operator", Asked(WordDraft(True, False, 5)))
    await asyncio.wait_for(believing, 5)


async def test_numbers_that_come_back_are_believed_without_a_word(api: Any) -> None:
    await api.network._store.put_mark("numbers", 100)
    read = {"count": 0}
    believing = asyncio.ensure_future(api.network.believe("numbers", lambda: read["count"]))
    await until(lambda: bool(api.feed.missing))
    read["count"] = 99
    await asyncio.wait_for(believing, 5)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_less_than_half_is_not_believed_where_there_was_more_than_a_few(read: int, before: int) -> None:
    assert bool(implausible("numbers", read, before)) == (before >= SMALL and read < before / 2)


async def test_what_nodes_said_survives_while_the_store_is_away(api: Any) -> None:
    node = Node(api.edge())
    node.watch()
    await node.take()
    api.shared.reports.away = True
    api.shared.clock.advance(1)
    await node.acknowledge()
    assert (await api.reports.all())[0].held.version == node.held.version
    api.shared.reports.away = False
    running = asyncio.ensure_future(api.reports.run())
    await until(lambda: not api.reports._owed)
    stored = await api.reports._store.get("edge1")
    assert stored.held.version == node.held.version
    running.cancel()
    node.leave()


async def test_a_node_that_watches_and_has_nothing_to_say_goes_on_counting(api: Any) -> None:
    node = Node(api.edge())
    node.watch(limits=pb.NodeLimits(trunks=1))
    await node.take()
    await node.acknowledge()
    other = NodeReports(ReportDocuments(api.shared.reports), api.shared.clock)
    api.shared.clock.advance(timedelta(days=8).total_seconds())
    before = await api.reports._store.get("edge1")
    await until(lambda: "edge1" in api.reports._seen)
    await api.reports._write_seen()
    await other.read()
    after = other.known("edge1")
    assert after is not None
    assert other.limits().trunks == 1
    assert (after.held, after.at - before.at >= timedelta(days=8)) == (before.held, True)
    node.leave()


async def test_a_node_that_is_away_for_a_day_bounds_nobody(api: Any) -> None:
    node = Node(api.edge())
    node.watch(limits=pb.NodeLimits(trunks=1))
    await node.take()
    assert api.reports.limits().trunks == 1
    api.shared.clock.advance(timedelta(hours=25).total_seconds())
    assert api.reports.limits().trunks == 0
    node.leave()


async def test_a_replica_knows_after_a_reading_what_was_told_to_another_and_forgets_who_is_gone(
    api: Any,
) -> None:
    bounded: list[Limits] = []
    other = NodeReports(ReportDocuments(api.shared.reports), api.shared.clock, bounded.append)
    for node_id in ("edge1", "edge2"):
        hello = Hello("edge", 1, (), Limits(numbers=7), Held("v1"), ())
        await api.reports.hello(node_id, hello)
    await other.read()
    assert other.limits() == Limits(numbers=7)
    await api.reports.word("edge1", Word(Held("v2"), "the disk is full", {}, 0))
    await other.read()
    known = other.known("edge1")
    assert known is not None
    assert (known.held.version, known.refused) == ("v1", ("v2",))
    await api.shared.reports.delete_one({"_id": "edge2"})
    await other.read()
    assert other.known("edge2") is None
    assert bounded == [Limits(numbers=7)] * 3


class Slow(ReportDocuments):
    """Answers what it found when it was asked, as soon as it may."""

    began = 0
    may = asyncio.Event()

    async def all(self, most: int) -> Sequence[NodeReport]:
        Slow.began += 1
        found = await super().all(most)
        await Slow.may.wait()
        return found


async def test_whoever_asks_while_the_store_is_read_shares_the_next_reading(api: Any) -> None:
    reports = NodeReports(Slow(api.shared.reports), api.shared.clock)
    first = asyncio.ensure_future(reports.all())
    await until(lambda: Slow.began == 1)
    await api.reports.hello("edge1", Hello("edge", 1, (), Limits(), Held("v1"), ()))
    later = asyncio.gather(*(reports.all() for _ in range(20)))
    await until(lambda: reports._asked == 21)
    Slow.may.set()
    assert await first == []
    assert [[one.node_id for one in found] for found in await later] == [["edge1"]] * 20
    assert Slow.began == 2
    await reports.all()
    assert Slow.began == 3


async def test_an_edge_that_is_heard_takes_its_share_and_one_that_fell_silent_does_not(api: Any) -> None:
    hello = Hello("edge", 1, (), Limits(), Held(), ())
    await api.network.read()
    before = api.feed.version
    for node_id, kind in (("edge1", "edge"), ("edge7", "edge"), ("sw7", "switch"), ("no token", "edge")):
        await api.reports.hello(node_id, replace(hello, kind=kind))
    await api.reports.read()
    await api.network.read()
    assert _edges(api) == ["edge/edge1", "edge/edge7"]
    api.shared.clock.advance(timedelta(minutes=10, seconds=1).total_seconds())
    api.shared.reports.away = True
    await api.network.read()
    assert _edges(api) == ["edge/edge1", "edge/edge7"]
    api.shared.reports.away = False
    await api.reports.read()
    await api.network.read()
    assert _edges(api) == ["edge/edge1"]
    assert api.feed.version == before


def _edges(api: Any) -> list[str]:
    return [one.name for one in api.feed.tables.resources() if one.name.startswith("edge/")]


async def test_too_many_nodes_are_refused(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip_config.app.node_reports.MAX_NODES", 2)
    for node_id in ("edge1", "edge2"):
        await api.edge(node_id).Ack(pb.AckRequest(node_id=node_id, version="x", revision=pb.Revision()))
    problem = await api.problem(api.edge("edge3").Ack(pb.AckRequest(node_id="edge3", version="x")))
    assert problem.code == "nodes_too_many"
    assert api.reports.known("edge1").held == Held("x", {})
