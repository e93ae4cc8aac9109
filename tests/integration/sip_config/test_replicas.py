"""Two sip-config processes over one database and one broker, an edge at each."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from harness.components import kafka as kafka_component
from harness.components.component import Component, answers
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.node import Node
from harness.paths import fresh_run_folder
from harness.process import Process
from harness.until import until
from keepline.phone.v1.number_pb2 import NUMBER_SOURCE_SIP_TRUNK, Number, NumberState
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import channel
from servicekit.kafka import Outgoing, Producer, cloud_event, ensure_topics, load_topics
from switchlink.testing.free_ports import free_port

TRUNKS = "/api/v1/sip/trunks"
NETWORK = "/api/v1/sip/network"
NUMBERS = "keepline.phone.number.state.v1"


@dataclass
class Replica:
    name: str
    url: str
    grpc: str
    process: Process
    issuer: DevIssuer
    channels: list[Any] = field(default_factory=list)

    async def start(self, *, ready: bool = True) -> None:
        await Component(self.name, self.process, answers(self.url, ready=ready)).start()

    async def ask(self, method: str, path: str, body: Any = None, role: str = "owner") -> Any:
        headers = {"authorization": f"Bearer {self.issuer.token('t_a', role)}", "if-match": "*"}
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
            answer = await client.request(method, path, json=body, headers=headers)
        return dict(answer.json() if answer.content else {}, status=answer.status_code)

    async def readiness(self) -> str:
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
            return (await client.get("/readyz")).text

    def node(self, node_id: str) -> Node:
        opened = channel(self.grpc, lambda: self.issuer.token("platform", "node", node_id))
        self.channels.append(opened)
        return Node(SwitchConfigStub(opened), node_id)

    async def stop(self) -> None:
        for opened in self.channels:
            await opened.close()
        await self.process.stop()


@dataclass
class Pair:
    first: Replica
    second: Replica
    broker: Kafka

    async def bring(self, *numbers: Number) -> None:
        producer = Producer(self.broker.bootstrap, "test")
        try:
            await producer.send_many([_record(number) for number in numbers])
        finally:
            await producer.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broker() -> AsyncIterator[Kafka]:
    """One of its own: others must not suffer from what is done to it."""
    broker = await kafka_component.create(fresh_run_folder("test-replicas-kafka"))
    await broker.start()
    await ensure_topics(broker.bootstrap, load_topics().values())
    yield broker
    await broker.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(broker: Kafka, mongo: Mongo) -> AsyncIterator[Pair]:
    folder = fresh_run_folder("test-replicas")
    issuer = DevIssuer.create(folder / "keys")
    first, second = (_replica(name, folder, issuer, broker, mongo) for name in ("first", "second"))
    await asyncio.gather(first.start(), second.start())
    yield Pair(first, second, broker)
    await first.stop()
    await second.stop()


def _replica(name: str, folder: Path, issuer: DevIssuer, broker: Kafka, mongo: Mongo) -> Replica:
    http, grpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    settings = {
        "SIP_ZONE": "sip.example",
        "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
        "EDGES": '[{"id": "edge1", "host": "127.0.0.1"}, {"id": "edge2", "host": "127.0.0.2"}]',
        "HTTP__LISTEN": http,
        "GRPC__LISTEN": grpc,
        "MONGO__URI": mongo.uri,
        "MONGO__DATABASE": f"{folder.name.replace('-', '_')}",
        "KAFKA__BOOTSTRAP": broker.bootstrap,
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "DATA_DIR": str(folder / name),
        "DRAIN_SECONDS": "0",
    }
    environment = {f"KEEPLINE_{key}": value for key, value in settings.items()}
    process = Process(name, [sys.executable, "-m", "sip_config"], folder / f"{name}.log", env=environment)
    return Replica(name, f"http://{http}", grpc, process, issuer)


def _number(place: int, trunk_id: str) -> Number:
    return Number(
        id=f"num_{place:03d}",
        tenant_id="t_a",
        version=1,
        number=f"+44207{place:07d}",
        source=NUMBER_SOURCE_SIP_TRUNK,
        trunk_id=trunk_id,
    )


def _record(number: Number) -> Outgoing:
    kind, message = "keepline.phone.number.changed.v1", NumberState.DESCRIPTOR.full_name
    name = f"{number.id}:{number.version}"
    headers = cloud_event("test", kind, message, name, datetime.now(UTC), tenant_id=number.tenant_id)
    return Outgoing(NUMBERS, number.id, NumberState(number=number).SerializeToString(), headers)


@asynccontextmanager
async def edges(pair: Pair) -> AsyncIterator[tuple[Node, Node]]:
    """One at each replica, which takes and acknowledges whatever comes."""
    nodes = (pair.first.node("edge1"), pair.second.node("edge2"))
    tasks = [asyncio.ensure_future(_obey(node)) for node in nodes]
    yield nodes
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _obey(node: Node) -> None:
    node.watch()
    while True:
        await node.take()
        await node.acknowledge()


async def _agree(pair: Pair, path: str, wanted: Callable[[Any], bool], within: float = 30) -> None:
    async def both() -> bool:
        return all([wanted(await one.ask("GET", path)) for one in (pair.first, pair.second)])

    await until(both, within, f"{path} at both replicas")


def _in_force(version: int) -> Callable[[Any], bool]:
    wanted = [("edge1", True, version), ("edge2", True, version)]
    return lambda body: (
        wanted == [(row["node_id"], row["in_force"], row["trunk_version"]) for row in body["applied"]]
    )


async def test_where_a_trunk_is_in_force_is_the_same_wherever_it_is_asked(pair: Pair) -> None:
    async with edges(pair) as (one, other):
        made = await pair.first.ask("POST", TRUNKS, {"name": "Acme", "country": "DE"})
        path = f"{TRUNKS}/{made['id']}"
        await _agree(pair, path, _in_force(1))
        await pair.bring(_number(1, made["id"]))
        changed = await pair.second.ask("PATCH", path, {"enabled": False})
        assert changed["version"] == 2
        await _agree(pair, path, _in_force(2))
        number, why = "number/+442070000001", "its digits"
        await until(
            lambda: number in one.resources and one.held.version == other.held.version,
            30,
            "the same version with the number at both edges",
        )
        assert (
            one.held.revision.positions == other.held.revision.positions or one.resources == other.resources
        )
        await one.acknowledge({number: why})
        aside = [{"name": number, "reason": why}]
        await _agree(pair, path, lambda body: body["applied"][0]["set_aside"] == aside)


async def test_a_refusal_told_to_one_replica_is_known_to_the_other(pair: Pair) -> None:
    node = pair.first.node("edge3")
    node.watch()
    version = (await node.take()).whole.version
    node.held = pb.Held()
    await node.refuse(version, "the disk is full")
    node.leave()
    moved = pair.second.node("edge3")
    moved.watch()
    assert (await moved.read()).WhichOneof("update") == "current"
    body = await pair.second.ask("GET", NETWORK, role="operator")
    assert [one["nack_reason"] for one in body["nodes"] if one["node_id"] == "edge3"] == ["the disk is full"]
    moved.leave()


async def test_an_edge_that_moves_to_a_replica_that_lags_never_goes_back(pair: Pair) -> None:
    """The second replica is stopped while the first one goes on; its answers come after it woke up."""
    made = await pair.first.ask("POST", TRUNKS, {"name": "Lag", "country": "DE"})
    path, name = f"{TRUNKS}/{made['id']}", f"trunk/{made['domain']}"
    node = pair.first.node("edge4")
    node.watch()
    await node.take()
    pair.second.process.pause()
    for enabled in (False, True, False):
        changed = await pair.first.ask("PATCH", path, {"enabled": enabled})
        while node.resources[name].trunk.trunk_version < changed["version"]:
            await node.take()
    position = dict(node.held.revision.positions)
    assert position
    node.leave()
    moved = pair.second.node("edge4")
    moved.held, moved.resources = node.held, dict(node.resources)
    moved.watch()
    pair.second.process.resume()
    while (await moved.read()).WhichOneof("update") == "lagging":
        pass
    assert moved.told in ([], ["whole"], ["change"])
    assert moved.resources[name].trunk.trunk_version == 4
    await until(lambda: _agreed(pair), 30, "both replicas at the same version")
    moved.leave()


async def _agreed(pair: Pair) -> bool:
    first, second = [await one.ask("GET", NETWORK, role="operator") for one in (pair.first, pair.second)]
    return bool(first["version"] == second["version"])


async def test_while_the_broker_is_away_every_edge_hears_of_a_change(pair: Pair) -> None:
    async with edges(pair) as (_, other):
        await until(lambda: other.held.version, 30, "a first whole")
        await pair.broker.stop()
        try:
            made = await pair.first.ask("POST", TRUNKS, {"name": "Away", "country": "DE"})
            name = f"trunk/{made['domain']}"
            await until(lambda: name in other.resources, 20, "the trunk at the other replica's edge")
            await pair.first.ask("DELETE", f"{TRUNKS}/{made['id']}")
            await until(lambda: name not in other.resources, 20, "its end at the other replica's edge")
        finally:
            await pair.broker.start()
        await until(lambda: _ready(pair.first), 30, "the broker is back")


async def _ready(replica: Replica) -> bool:
    return '"ready":true' in (await replica.readiness()).replace(" ", "")


async def test_an_edge_that_no_setting_names_is_told_to_every_edge(pair: Pair) -> None:
    async with edges(pair) as (one, other):
        obeying = asyncio.ensure_future(_obey(pair.second.node("edge3")))
        for edge in (one, other):
            await until(lambda edge=edge: "edge/edge3" in edge.resources, 15, f"edge3 at {edge.node_id}")
        obeying.cancel()
        await asyncio.wait([obeying])


async def test_numbers_whose_topic_was_lost_are_not_believed_without_a_word(pair: Pair) -> None:
    made = await pair.first.ask("POST", TRUNKS, {"name": "Lost", "country": "DE"})
    numbers = [_number(place, made["id"]) for place in range(100, 130)]
    await pair.bring(*numbers)
    await _agree(pair, f"{TRUNKS}/{made['id']}", lambda body: body["number_count"] == 30)
    await pair.second.process.stop()
    await pair.first.process.stop()
    await pair.first.start()  # what it read is marked within seconds
    async with edges(Pair(pair.first, pair.first, pair.broker)) as (held, _):
        await until(lambda: "number/+442070000129" in held.resources, 20, "the numbers at an edge")
        await until(lambda: _marked(pair.first, 30), 20, "the mark")
    await pair.first.process.stop()
    await _lose(pair.broker)
    await pair.first.start(ready=False)
    await until(lambda: _says(pair.first, "numbers were known"), 30, "the doubt")
    node = pair.first.node("edge1")
    node.held, node.resources = held.held, dict(held.resources)
    node.watch()
    with_nothing = asyncio.ensure_future(node.read())
    done, _ = await asyncio.wait([with_nothing], timeout=2)
    assert not done
    said = await pair.first.ask("POST", f"{NETWORK}/word", {"shrunk": True, "older": True}, role="operator")
    assert said["status"] == 200
    await until(lambda: _ready(pair.first), 20, "readiness after the word")
    assert (await with_nothing).whole.word == pb.OperatorWord(shrunk=True, older=True)
    node.leave()


async def _says(replica: Replica, words: str) -> bool:
    return words in await replica.readiness()


async def _marked(replica: Replica, count: int) -> bool:
    """Noted for the next start."""
    return bool((await replica.ask("GET", NETWORK, role="operator"))["marked"].get("numbers", 0) >= count)


async def _lose(broker: Kafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([NUMBERS])

        async def is_gone() -> bool:
            return NUMBERS not in await admin.list_topics()

        await until(is_gone, 20, "the end of the topic")
    finally:
        await admin.close()
    await ensure_topics(broker.bootstrap, load_topics().values())
