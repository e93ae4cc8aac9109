"""Streams of calls by two processes over a real broker: whoever reads, wherever, misses nothing."""

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from call_router.adapters.messages.events import event_message
from call_router.domain import call_event as e
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.process import Process
from harness.until import until
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import Outgoing, Producer, ensure_topics, load_topics
from servicekit.testing.event_stream import Heard, events_of
from switchlink.testing.free_ports import free_port

TOPIC, PATH = "keepline.call.events.v1", "/api/v1/calls/stream"
REMEMBERED = 1000
STREAMS_OF_A_TENANT = 100
NOW = datetime.now(UTC)
WHOLE = e.WholeCall(NOW, NOW, "+442071838750", "02079460123", "127.0.1.1:5060", agent_id="agt_1")
FACTS = (
    e.CallStarted("+442071838750", "02079460123", "127.0.1.1:5060"),
    e.LegStarted(0, "agt_1", "sip:desk@agents.example"),
    e.CallAnswered(0, "agt_1", 900),
    e.CallEnded("NORMAL_CLEARING", 200, 900, 60000, None, "caller", WHOLE),
)

Name = tuple[str, int]
"""A call and the seq of an event of it."""


def name_of(heard: Heard) -> Name:
    return heard.data["call"]["id"], heard.data["event"]["seq"]


@dataclass
class Scene:
    producer: Producer
    issuer: DevIssuer
    ports: Sequence[int]

    async def tell(self, events: Sequence[e.CallEvent]) -> list[Name]:
        sent = [Outgoing(TOPIC, one.call_id, event_message(one).SerializeToString()) for one in events]
        await self.producer.send_many(sent)
        return [(one.call_id, one.seq) for one in events]

    @asynccontextmanager
    async def reading(
        self, port: int, tenant: str, last: str = "", **query: str
    ) -> AsyncIterator[AsyncIterator[Heard]]:
        headers = {"Authorization": f"Bearer {self.issuer.token(tenant)}"} | (
            {"Last-Event-ID": last} if last else {}
        )
        url = f"http://127.0.0.1:{port}{PATH}"
        async with (
            httpx.AsyncClient(timeout=60) as client,
            client.stream("GET", url, params=query, headers=headers) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            yield events_of(answer)


def calls(tenant: str, numbers: range) -> Iterator[e.CallEvent]:
    for fact in FACTS:
        for number in numbers:
            at = NOW + timedelta(milliseconds=number)
            yield e.CallEvent(f"call_{tenant}_{number}", at, tenant, f"trk_{number % 2}", fact)


async def next_of(heard: AsyncIterator[Heard]) -> Heard:
    """The next event of a call."""
    while (one := await anext(heard)).name == "heartbeat":
        continue
    return one


async def names(heard: AsyncIterator[Heard], count: int) -> list[Name]:
    return [name_of(await next_of(heard)) for _ in range(count)]


def a_tenant() -> str:
    return f"t_{secrets.token_hex(4)}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(kafka: Kafka, mongo: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    await ensure_topics(kafka.bootstrap, load_topics().values())
    folder = tmp_path_factory.mktemp("streams")
    issuer, run = DevIssuer.create(folder / "keys"), secrets.token_hex(4)
    ports = [free_port() for _ in range(2)]
    common = {
        "KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MONGO__URI": mongo.uri,
        "MONGO__DATABASE": f"streams_{run}",
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "STREAMS__EVENTS": str(REMEMBERED),
    }
    controls = [_control(common, folder / str(port), f"{run}-{port}", port) for port in ports]
    producer = Producer(kafka.bootstrap, "test")
    await producer.start()
    for control in controls:
        await control.start()
    async with httpx.AsyncClient() as client:
        for port in ports:
            await until(lambda port=port: _serves(client, port, issuer), 60, "a stream")  # type: ignore[misc]
    yield Scene(producer, issuer, ports)
    for control in controls:
        await control.kill()
    await producer.stop()


async def _serves(client: httpx.AsyncClient, port: int, issuer: DevIssuer) -> bool:
    headers = {"Authorization": f"Bearer {issuer.token('t_nobody')}"}
    try:
        async with client.stream("GET", f"http://127.0.0.1:{port}{PATH}", headers=headers) as answer:
            return answer.is_success
    except httpx.HTTPError:
        return False


def _control(common: Mapping[str, str], folder: Path, instance: str, port: int) -> Process:
    folder.mkdir()
    own = {"HTTP__LISTEN": f"127.0.0.1:{port}", "DATA_DIR": str(folder), "INSTANCE_ID": instance}
    settings = {**common, **own}
    return Process(
        f"control {port}",
        [sys.executable, "-m", "call_router.control"],
        folder / "control.log",
        env={f"KEEPLINE_{name}": value for name, value in settings.items()},
    )


async def test_a_reader_that_goes_from_one_replica_to_the_other_hears_each_event_once(scene: Scene) -> None:
    tenant, one, two = a_tenant(), *scene.ports
    had: list[Name] = []
    last = ""
    events = list(calls(tenant, range(100)))
    async with scene.reading(one, tenant) as heard:
        assert (await anext(heard)).data == {"calls": [], "complete": True}
        telling = asyncio.create_task(scene.tell(events))
        while len(had) < 150:
            event = await next_of(heard)
            had.append(name_of(event))
            last = event.id
    # the others come while nobody reads, and from then on the reader changes after every few
    told = await telling
    for turn, port in enumerate([two, one, two, one, two]):
        async with scene.reading(port, tenant, last) as heard:
            assert (await anext(heard)).name == "heartbeat"
            while len(had) < min(150 + 50 * (turn + 1), len(told)):
                event = await next_of(heard)
                had.append(name_of(event))
                last = event.id
    assert len(had) == len(told)
    assert sorted(had) == sorted(told)
    for call_id in {call for call, _ in told}:
        assert [seq for call, seq in had if call == call_id] == sorted(
            seq for call, seq in told if call == call_id
        )


async def test_what_is_filtered_and_what_is_another_tenants_is_not_heard(scene: Scene) -> None:
    tenant, port = a_tenant(), scene.ports[0]
    async with scene.reading(port, tenant, trunk_id="trk_1") as heard:
        await anext(heard)
        await scene.tell(list(calls(a_tenant(), range(2))))
        told = await scene.tell(list(calls(tenant, range(2))))
        mine = [name for name in told if name[0].endswith("_1")]
        assert await names(heard, len(mine)) == mine


async def test_a_hundred_readers_hear_the_same_and_the_next_is_refused(scene: Scene) -> None:
    tenant, port = a_tenant(), scene.ports[1]
    async with AsyncExitStack() as stack:
        readers = [
            await stack.enter_async_context(scene.reading(port, tenant)) for _ in range(STREAMS_OF_A_TENANT)
        ]
        refused = await _asked(scene, port, tenant)
        assert (refused.status_code, refused.json()["code"]) == (429, "streams_too_many")
        for heard in readers:
            assert (await anext(heard)).name == "snapshot"
        told = await scene.tell(list(calls(tenant, range(5))))
        found = await asyncio.gather(*(names(heard, len(told)) for heard in readers))
        assert {tuple(sorted(one)) for one in found} == {tuple(sorted(told))}


async def _asked(scene: Scene, port: int, tenant: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {scene.issuer.token(tenant)}"}
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{port}{PATH}", headers=headers)


async def test_a_reader_that_is_too_slow_is_told_so_and_begins_anew(scene: Scene) -> None:
    tenant, port = a_tenant(), scene.ports[0]
    slow = _SlowReader(port, scene.issuer.token(tenant))
    with slow.connection:
        await asyncio.to_thread(slow.begin)
        # more than the buffers on the way take, and than is remembered
        for begin in range(0, 6 * REMEMBERED, 500):
            await scene.tell(list(calls(tenant, range(begin, begin + 500)))[:500])
        await until(lambda: _has_forgotten(scene, port, tenant), 60, "the last of them")
        text = await asyncio.to_thread(slow.rest)
    last_id = text.rpartition("\nid: ")[2].partition("\n")[0]
    assert "event: ended" in text
    assert "reader_too_slow" in text
    assert text.count("event: call_started") < 6 * REMEMBERED
    async with scene.reading(port, tenant, last_id) as heard:
        again = await anext(heard)
        assert again.name == "snapshot"


async def _has_forgotten(scene: Scene, port: int, tenant: str) -> bool:
    """Another reader hears the last call."""
    async with scene.reading(port, tenant) as heard:
        newest: Any = (await anext(heard)).data["calls"]
        return bool(newest) and newest[0]["id"] == f"call_{tenant}_{6 * REMEMBERED - 1}"


class _SlowReader:
    def __init__(self, port: int, token: str) -> None:
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.connection.settimeout(60)
        self.connection.connect(("127.0.0.1", port))
        head = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.connection.sendall(head.encode())

    def begin(self) -> None:
        seen = b""
        while b"event: snapshot" not in seen:
            seen += self.connection.recv(1024)

    def rest(self) -> str:
        """To the end of the chunked body."""
        seen = bytearray()
        while not seen.endswith(b"0\r\n\r\n"):
            piece = self.connection.recv(65536)
            if not piece:
                break
            seen += piece
        return seen.decode(errors="replace")
