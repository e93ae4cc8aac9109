"""Streams of rejections by two processes of sip-config over a real broker: one counts, both tell."""

import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest_asyncio

from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.process import Process
from harness.until import until
from keepline.events.v1.rejection_pb2 import Rejection
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import Outgoing, Producer, ensure_topics, load_topics
from servicekit.testing.event_stream import Heard, events_of
from servicekit.timestamps import timestamp
from sip_config.adapters.kafka.told_refusals import REJECTIONS
from switchlink.testing.free_ports import free_port

PATH = "/api/v1/sip/rejections/stream"


@dataclass
class Scene:
    producer: Producer
    issuer: DevIssuer
    urls: Sequence[str]
    tenant: str

    async def refuse(self, source: str) -> None:
        told = Rejection(
            id=f"rej_{secrets.token_hex(4)}",
            at=timestamp(datetime.now(UTC)),
            code="source_not_allowed",
            sip_status=403,
            tenant_id=self.tenant,
            trunk_id=f"trk_{self.tenant}",
            source_address=source,
            called="+49301234567",
        )
        await self.producer.send_many([Outgoing(REJECTIONS, told.trunk_id, told.SerializeToString())])

    @asynccontextmanager
    async def reading(self, url: str, last: str = "") -> AsyncIterator[AsyncIterator[Heard]]:
        headers = {"Authorization": f"Bearer {self.issuer.token(self.tenant)}", "Last-Event-ID": last}
        async with (
            httpx.AsyncClient(base_url=url, timeout=60) as client,
            client.stream("GET", PATH, headers=headers) as answer,
        ):
            assert answer.is_success, await answer.aread()
            yield events_of(answer)

    async def serves(self, url: str) -> bool:
        try:
            async with self.reading(url):
                return True
        except (httpx.HTTPError, AssertionError):
            return False


@pytest_asyncio.fixture
async def scene(kafka: Kafka, mongo: Mongo, tmp_path: Path) -> AsyncIterator[Scene]:
    await ensure_topics(kafka.bootstrap, load_topics().values())
    issuer, run = DevIssuer.create(tmp_path / "keys"), secrets.token_hex(4)
    listens = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    common = {
        "SIP_ZONE": "sip.example",
        "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
        "MONGO__URI": mongo.uri,
        "MONGO__DATABASE": f"rejections_{run}",
        "KAFKA__BOOTSTRAP": kafka.bootstrap,
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "DRAIN_SECONDS": "0",
    }
    replicas = [
        _replica(tmp_path / str(number), {**common, "HTTP__LISTEN": listen, "INSTANCE_ID": f"{run}-{number}"})
        for number, listen in enumerate(listens)
    ]
    for replica in replicas:
        await replica.start()
    producer = Producer(kafka.bootstrap, "test")
    await producer.start()
    made = Scene(producer, issuer, [f"http://{listen}" for listen in listens], f"t_{run}")
    for url in made.urls:
        await until(lambda url=url: made.serves(url), 60, "a stream")  # type: ignore[misc]
    yield made
    await producer.stop()
    for replica in replicas:
        await replica.kill()


def _replica(folder: Path, settings: dict[str, str]) -> Process:
    folder.mkdir()
    environment = {f"KEEPLINE_{name}": value for name, value in settings.items()}
    environment["KEEPLINE_DATA_DIR"] = str(folder)
    command = [sys.executable, "-m", "sip_config"]
    return Process(f"sip-config {folder.name}", command, folder / "log", env=environment)


async def _next(events: AsyncIterator[Heard]) -> Heard:
    async for one in events:
        if one.name != "heartbeat":
            return one
    raise AssertionError("the stream has ended")


async def test_what_one_replica_counts_is_told_by_both_and_each_goes_on_for_the_other(scene: Scene) -> None:
    here, there = scene.urls
    async with scene.reading(here) as one, scene.reading(there) as other:
        assert [(await anext(events)).data["rejections"] for events in (one, other)] == [[], []]
        await scene.refuse("203.0.113.9:5060")
        told = [await _next(one), await _next(other)]
        assert {event.data["rejection"]["source_address"] for event in told} == {"203.0.113.9"}
        assert told[0].data == told[1].data
    await scene.refuse("203.0.113.10:5060")
    for url, left in ((there, told[0]), (here, told[1])):
        async with scene.reading(url, left.id) as events:
            assert (await anext(events)).name == "heartbeat"
            assert (await _next(events)).data["rejection"]["source_address"] == "203.0.113.10"
