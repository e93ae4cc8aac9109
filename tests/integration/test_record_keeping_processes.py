"""Call records over a real broker and database, by processes that are killed: each call exactly once."""

import secrets
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from call_router.adapters.messages.events import event_message
from call_router.adapters.mongo.records import RecordDocuments
from call_router.domain import call_event as e
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo as Server
from harness.process import Process
from harness.until import until
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.documents import Document
from servicekit.errors import Unavailable
from servicekit.kafka import Outgoing, Producer, ensure_topics, load_topics
from servicekit.mongo import Mongo, connect
from servicekit.settings import MongoSettings
from switchlink.testing.free_ports import free_port

TOPIC = "keepline.call.events.v1"
BEGAN = datetime.now(UTC) - timedelta(hours=1)
WHOLE = e.WholeCall(BEGAN, BEGAN, "+442071838750", "02079460123", "127.0.1.1:5060", agent_id="agt_1")
FACTS = (
    e.CallStarted("+442071838750", "02079460123", "127.0.1.1:5060"),
    e.LegStarted(0, "agt_1", "sip:desk@agents.example"),
    e.CallAnswered(0, "agt_1", 900),
    e.CallEnded("NORMAL_CLEARING", 200, 900, 60000, None, "caller", WHOLE),
)


@dataclass
class Scene:
    """Two processes of call-control, their broker and their database."""

    controls: Sequence[Process]
    producer: Producer
    mongo: Mongo
    run: str
    listens: Sequence[str]

    async def tell(self, events: Sequence[e.CallEvent]) -> None:
        await self.send([(one.call_id, event_message(one).SerializeToString()) for one in events])

    async def send(self, records: Sequence[tuple[str, bytes]]) -> None:
        """Again when the broker does not take them in time, as the router does: then some of them are twice
        in the topic."""
        outgoing = [Outgoing(TOPIC, key, value) for key, value in records]
        for begin in range(0, len(outgoing), 200):
            while True:
                try:
                    await self.producer.send_many(outgoing[begin : begin + 200])
                    break
                except Unavailable:
                    continue

    def calls(self, numbers: range) -> Iterator[e.CallEvent]:
        for fact in FACTS:
            for number in numbers:
                at = BEGAN + timedelta(seconds=number)
                yield e.CallEvent(f"call_{self.run}_{number}", at, "t_a", "trk_a", fact)

    async def kept(self) -> list[Document]:
        of_this_run = {"_id": {"$regex": f"^call_{self.run}_"}}
        return await self.mongo.collection("call_records").find(of_this_run)

    async def whole(self, count: int) -> None:
        async def all_of_them() -> bool:
            found = await self.kept()
            return len(found) == count and all(len(one["events"]) == len(FACTS) for one in found)

        await until(all_of_them, 60, f"{count} whole calls")


@pytest_asyncio.fixture
async def scene(kafka: Kafka, mongo: Server, tmp_path: Path) -> AsyncIterator[Scene]:
    await ensure_topics(kafka.bootstrap, load_topics().values())
    run = secrets.token_hex(4)
    jwks = DevIssuer.create(tmp_path / "keys").jwks_file
    listens = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    controls = [
        _control(kafka, mongo, run, str(jwks), folder=tmp_path / name, listen=listen)
        for name, listen in zip(("one", "two"), listens, strict=True)
    ]
    database = await connect(MongoSettings(uri=mongo.uri, database=f"records_{run}"))
    await RecordDocuments(database.collection("call_records")).prepare()
    producer = Producer(kafka.bootstrap, "test")
    yield Scene(controls, producer, database, run, listens)
    for control in controls:
        await control.kill()
    await producer.stop()
    await database.close()


def _control(kafka: Kafka, mongo: Server, run: str, jwks: str, *, folder: Path, listen: str) -> Process:
    folder.mkdir()
    settings = {
        "HTTP__LISTEN": listen,
        "KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MONGO__URI": mongo.uri,
        "MONGO__DATABASE": f"records_{run}",
        "AUTH__JWKS_FILE": jwks,
        "DATA_DIR": str(folder),
        "INSTANCE_ID": f"{run}-{folder.name}",
        "RECORDS__HOLD_SECONDS": "1",
    }
    return Process(
        f"control {folder.name}",
        [sys.executable, "-m", "call_router.control"],
        folder / "control.log",
        env={f"KEEPLINE_{name}": value for name, value in settings.items()},
    )


@pytest.mark.timeout(300)
async def test_each_call_is_kept_once_whatever_is_killed_and_however_often_it_is_told(scene: Scene) -> None:
    one, two = scene.controls
    await one.start()
    await scene.tell(list(scene.calls(range(100))))
    await until(scene.kept, 60, "the first record")
    await one.kill()
    # the second begins where the first had committed, and partitions move back when it comes again
    await two.start()
    await scene.tell(list(scene.calls(range(80, 200))))
    await one.start()
    await scene.whole(200)
    await two.kill()
    await scene.tell(list(scene.calls(range(180, 250))))
    await scene.whole(250)
    assert one.running


@pytest.mark.timeout(200)
async def test_records_that_cannot_be_read_stop_their_partition_and_nothing_else(scene: Scene) -> None:
    one, _ = scene.controls
    await one.start()
    key = f"call_{scene.run}_bad"
    await scene.send([(key, b"\xff no message")] * 60)
    await scene.tell(list(scene.calls(range(100))))
    async with httpx.AsyncClient() as client:

        async def told() -> bool:
            with suppress(httpx.HTTPError):
                answer = await client.get(f"http://{scene.listens[0]}/readyz")
                return answer.is_success and "is stopped" in answer.json()["degraded"].get("records", "")
            return False

        await until(told, 60, "the stopped partition in /readyz")

        async def most_of_them() -> bool:
            return len(await scene.kept()) >= 70

        await until(most_of_them, 60, "the calls of other partitions")
    assert one.running
