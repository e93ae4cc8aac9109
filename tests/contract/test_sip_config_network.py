"""Orders, words, marks and nodes' reports keep one contract over the in-memory twin and a real database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_state_pb2 import SwitchState
from servicekit.audit import TOPIC as AUDIT
from servicekit.auth import Principal, Role
from servicekit.auth.principal import acting_as
from servicekit.documents import Collection
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer
from sip_config.adapters.mongo.network import TOPIC as SWITCHES
from sip_config.adapters.mongo.network import NetworkDocuments
from sip_config.adapters.mongo.node_reports import ReportDocuments
from sip_config.domain.network import OperatorWord, Orders, SwitchOrder
from sip_config.domain.node_report import Held, Limits, NodeReport
from sip_config.domain.resources import DestinationState

NOW = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def collection(server: Server | None) -> AsyncIterator[Collection]:
    if server is None:
        yield MemoryCollection("sip_network")
        return
    mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
    yield mongo.collection("sip_network")
    await mongo.close()


async def test_what_nodes_said_comes_back_as_it_was_said(collection: Collection) -> None:
    reports = ReportDocuments(collection)
    await reports.prepare()
    said = NodeReport(
        "edge1",
        "edge",
        Held("f" * 64, {"trunk/0": 7, "number/17": 1 << 62}),
        NOW,
        nack_reason="the disk is full",
        refused=("a", "b"),
        set_aside={"number/+442079460001": "its digits. $x"},
        set_aside_count=3,
        limits=Limits(1, 2, 3),
        capabilities=("trunk",),
        schema=1,
    )
    assert await reports.get("edge1") is None
    await reports.put(said)
    await reports.put(replace(said, node_id="edge2"))
    assert await reports.get("edge1") == said
    await reports.put(replace(said, refused=()))
    assert await reports.all(10) == [replace(said, refused=()), replace(said, node_id="edge2")]
    assert len(await reports.all(1)) == 1


async def ordered(network: NetworkDocuments, switch_id: str, state: DestinationState | None) -> None:
    before = await network.switch(switch_id)
    order = SwitchOrder(before.version + 1, state)
    assert await network.put_switch(switch_id, before, order, DestinationState.ACTIVE)
    assert await network.switch(switch_id) == order


async def test_of_many_orders_of_one_version_one_is_kept(collection: Collection) -> None:
    network = NetworkDocuments(collection, FakeClock(NOW), lambda: None)
    for version in (1, 2):
        before, wanted = SwitchOrder(version - 1), SwitchOrder(version, DestinationState.DRAINING)
        asked = [network.put_switch("sw1", before, wanted, DestinationState.ACTIVE) for _ in range(8)]
        assert (await asyncio.gather(*asked)).count(True) == 1
    await ordered(network, "sw1", None)
    assert (await network.orders()).switches == {}


async def test_orders_and_marks_are_kept(collection: Collection) -> None:
    network = NetworkDocuments(collection, FakeClock(NOW), lambda: None)
    assert await network.orders() == Orders()
    assert await network.mark("numbers") == 0
    word = OperatorWord(True, False, NOW, "operator")
    await network.put_word(word)
    await ordered(network, "sw1", DestinationState.DRAINING)
    await network.put_mark("numbers", 5)
    assert await network.orders() == Orders(word, {"sw1": DestinationState.DRAINING})
    await ordered(network, "sw1", DestinationState.ACTIVE)
    assert (await network.orders()).switches == {"sw1": DestinationState.ACTIVE}
    assert await network.mark("numbers") == 5


async def test_orders_and_reports_that_cannot_be_read_hide_no_other() -> None:
    orders, reports = MemoryCollection("sip_network"), MemoryCollection("node_reports")
    network, said = NetworkDocuments(orders, FakeClock(NOW), lambda: None), ReportDocuments(reports)
    await ordered(network, "sw1", DestinationState.DRAINING)
    await said.put(NodeReport("edge1", "edge", Held(), NOW))
    for bad in ({"_id": "word", "shrunk": True}, {"_id": "switch:sw2", "state": "asleep"}, {"_id": "mark:x"}):
        await orders.insert_one(bad)
    await reports.insert_one({"_id": "edge2", "kind": "edge", "revision": "x"})
    assert await network.orders() == Orders(None, {"sw1": DestinationState.DRAINING})
    assert await network.mark("x") == 0
    assert [one.node_id for one in await said.all(10)] == ["edge1"]
    assert await said.get("edge2") is None
    assert network.readable.problem()
    assert said.readable.problem()
    await network.tell_switch("sw2", DestinationState.ACTIVE)
    await ordered(network, "sw2", DestinationState.ACTIVE)
    assert (await network.orders()).switches["sw2"] == DestinationState.ACTIVE


async def test_orders_of_switches_are_told_and_a_setting_only_where_there_is_none(
    collection: Collection,
) -> None:
    network = NetworkDocuments(collection, FakeClock(NOW), lambda: None)
    producer = MemoryProducer()
    relay = OutboxRelay(collection, producer)
    await network.tell_switch("sw1", DestinationState.DRAINING)
    await relay.relay_once()
    assert (await network.orders()).switches == {}
    await ordered(network, "sw1", DestinationState.ACTIVE)
    await relay.relay_once()
    await asyncio.gather(*(network.tell_switch("sw1", DestinationState.DRAINING) for _ in range(3)))
    assert (await network.orders()).switches == {"sw1": DestinationState.ACTIVE}
    # a start tells nothing that was told
    assert await relay.relay_once() == 0
    await network.tell_switch("sw2", DestinationState.DRAINING)
    await network.tell_switch("sw2", DestinationState.ACTIVE)
    await relay.relay_once()
    to_routers = [sent for sent in producer.sent if sent.topic == SWITCHES]
    assert {sent.key for sent in to_routers} == {"sw1", "sw2"}
    told = [SwitchState.FromString(sent.value or b"") for sent in to_routers]
    assert [(one.switch_id, one.state, one.version) for one in told] == [
        ("sw1", pb.DESTINATION_STATE_DRAINING, 1),
        ("sw1", pb.DESTINATION_STATE_ACTIVE, 2),
        ("sw2", pb.DESTINATION_STATE_DRAINING, 1),
        ("sw2", pb.DESTINATION_STATE_ACTIVE, 2),
    ]


async def test_what_an_operator_orders_or_says_is_in_the_audit_log_and_what_settings_say_is_not(
    collection: Collection,
) -> None:
    network = NetworkDocuments(collection, FakeClock(NOW), lambda: None)
    operator = Principal("platform", "olga", Role.OPERATOR)
    await network.tell_switch("sw1", DestinationState.ACTIVE)
    with acting_as(operator):
        await ordered(network, "sw1", DestinationState.DRAINING)
        await ordered(network, "sw1", None)
        await asyncio.gather(*(network.put_word(OperatorWord(True, n > 1, NOW, "olga")) for n in range(4)))
    producer = MemoryProducer()
    relay = OutboxRelay(collection, producer)
    while await relay.relay_once():
        pass
    told = [sent for sent in producer.sent if sent.topic == AUDIT]
    assert {(sent.key, sent.headers["ce_tenantid"]) for sent in told} == {("platform", "platform")}
    entries = [AuditEntry.FromString(sent.value or b"") for sent in told]
    assert {(one.actor, one.role, one.tenant_id) for one in entries} == {("olga", "operator", "platform")}
    assert len({one.id for one in entries}) == len(entries)
    switches = [one for one in entries if one.resource == "switch"]
    assert [(one.resource_id, one.action, one.version, list(one.fields)) for one in switches] == [
        ("sw1", "changed", 2, ["state"]),
        ("sw1", "changed", 3, ["state"]),
    ]
    words = [one for one in entries if one.resource == "word"]
    assert [(one.action, one.version) for one in words] == [
        ("created", 1),
        *[("changed", version) for version in (2, 3, 4)],
    ]
    assert words[0].fields[-1] == "until"
