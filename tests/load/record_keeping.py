"""How many calls' records a second are kept, from Kafka into the database, beside a bare bulk_write.

    .venv/bin/python tests/load/record_keeping.py [--calls 3000] [--rounds 5]

As after an outage: the events of all calls wait in a topic, six for each, those of fifty calls mixed, and
a consumer with record keeping begins. The peer writes the very same documents into a collection with the same
indexes, by unordered bulk_write of the driver alone, in turns with it. Goal: 250 a second, and 0.6 of the
peer.
"""

import argparse
import asyncio
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import InsertOne, WriteConcern

from call_router.adapters.kafka.record_keeping import RecordKeeping
from call_router.adapters.messages.events import event_message
from call_router.adapters.mongo.records import RecordDocuments
from call_router.app.call_log import CallLog
from call_router.domain import call_event as e
from call_router.domain.explain import Explained, TraceStep
from call_router.domain.leg import Leg
from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo as Server
from harness.paths import fresh_run_folder
from harness.until import until
from servicekit.clock import SystemClock
from servicekit.documents import Document
from servicekit.kafka import GroupConsumer, Handled, Outgoing, Producer, Read, Record, Topic, ensure_topics
from servicekit.mongo import connect
from servicekit.settings import MongoSettings

T = TypeVar("T")

GOAL_RATE, GOAL_RATIO = 250, 0.6
DATABASE, PARTITIONS, MIXED, BULK = "load", 24, 50, 300
LEG = Leg("agt_01k0000000000000000000000a", "Receptionist", "sip:desk@agents.example:5060;transport=udp", 20)
RULES = ("table", "trunk", "number", "plan", "agent")
DECISION = Explained(
    "+442079460123 is answered by Receptionist, as plan Front desk says.",
    "routed",
    (LEG,),
    0,
    tuple(TraceStep(rule, True, f"{rule} is as it should be, and this is said in words") for rule in RULES),
    "+442079460123",
    "num_01k0000000000000000000000a",
    "pln_01k0000000000000000000000a",
    3,
    "0123456789abcdef",
)
BEGAN = datetime.now(UTC) - timedelta(hours=1)
ANSWERED = BEGAN + timedelta(milliseconds=900)
ENDED_LEG = e.EndedLeg(
    0, LEG.agent_id, LEG.uri, 200, "NORMAL_CLEARING", BEGAN, ANSWERED, ANSWERED, BEGAN + timedelta(seconds=61)
)
WHOLE = e.WholeCall(
    BEGAN,
    ANSWERED,
    "+442071838750",
    "02079460123",
    "127.0.1.1:5060",
    "+442079460123",
    "num_01k0000000000000000000000a",
    "pln_01k0000000000000000000000a",
    "routed",
    "",
    LEG.agent_id,
    (ENDED_LEG,),
)
FACTS = (
    e.CallStarted("+442071838750", "02079460123", "127.0.1.1:5060"),
    e.CallRouted(DECISION, "r1"),
    e.LegStarted(0, LEG.agent_id, LEG.uri),
    e.LegRinging(0, LEG.agent_id),
    e.CallAnswered(0, LEG.agent_id, 900),
    e.CallEnded("NORMAL_CLEARING", 200, 900, 60000, e.Media(3000, 2990, 5, 1.25, "PCMU"), "caller", WHOLE),
)


@dataclass(frozen=True)
class Kept:
    rate: float
    cpu_ms: float
    writes: float
    documents: Sequence[Document]


class Timed(RecordKeeping):
    """Tells how long it took from the first record read to the last one written."""

    began = cpu_began = seconds = cpu_seconds = 0.0
    done = 0

    def read(self, record: Record) -> e.CallEvent | None:
        if not Timed.began:
            Timed.began, Timed.cpu_began = time.monotonic(), time.process_time()
        return super().read(record)

    async def handle(self, batch: Sequence[Read[e.CallEvent]], *, may_hold: bool) -> Handled[e.CallEvent]:
        handled = await super().handle(batch, may_hold=may_hold)
        Timed.done += len(batch) - len(handled.later)
        Timed.seconds = time.monotonic() - Timed.began
        Timed.cpu_seconds = time.process_time() - Timed.cpu_began
        return handled


def events(calls: int, run: str) -> Iterator[e.CallEvent]:
    for first in range(0, calls, MIXED):
        for second, fact in enumerate(FACTS):
            for number in range(first, min(first + MIXED, calls)):
                tenant, trunk = f"t_{number % 20}", f"trk_{number % 100}"
                at = BEGAN + timedelta(seconds=number + second)
                yield e.CallEvent(f"call_{run}_{number}", at, tenant, trunk, fact, 1, "sw1", "edge1")


async def keeping(kafka: Kafka, server: Server, calls: int) -> Kept:
    run = uuid.uuid4().hex[:8]
    topic = f"load.{run}"
    await ensure_topics(kafka.bootstrap, [Topic(topic, "m", "delete", PARTITIONS, 14, None)])
    producer = Producer(kafka.bootstrap, "load")
    for batch in _chunks(list(events(calls, run)), 1000):
        await producer.send_many(
            [Outgoing(topic, one.call_id, event_message(one).SerializeToString()) for one in batch]
        )
    mongo = await connect(MongoSettings(uri=server.uri, database=DATABASE))
    collection = mongo.collection(f"records_{run}")
    records = RecordDocuments(collection)
    await records.prepare()
    consumer = GroupConsumer(
        kafka.bootstrap, f"g.{topic}", [topic], dead_letters={}, producer=producer, name="load"
    )
    Timed.began, Timed.done = 0.0, 0
    task = asyncio.ensure_future(consumer.run(Timed(CallLog(records), SystemClock(), hold_seconds=5)))

    await until(lambda: Timed.done >= calls * len(FACTS), 120)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    documents = await collection.find({})
    whole = [one for one in documents if len(one["events"]) == len(FACTS)]
    assert len(whole) == calls, "a call is not whole, or is there twice"
    await mongo.close()
    await producer.stop()
    writes = sum(one["revision"] for one in documents) / calls
    return Kept(calls / Timed.seconds, 1000 * Timed.cpu_seconds / calls, writes, documents)


async def bare(server: Server, documents: Sequence[Document]) -> float:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(server.uri, tz_aware=True)
    mongo = await connect(MongoSettings(uri=server.uri, database=DATABASE))
    name = f"bare_{uuid.uuid4().hex[:8]}"
    await RecordDocuments(mongo.collection(name)).prepare()
    concern = WriteConcern(w="majority", j=True)
    collection = client.get_database(DATABASE, write_concern=concern).get_collection(name)
    began = time.monotonic()
    for batch in _chunks(documents, BULK):
        await collection.bulk_write([InsertOne(dict(one)) for one in batch], ordered=False)
    seconds = time.monotonic() - began
    client.close()
    await mongo.close()
    return len(documents) / seconds


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    folder = fresh_run_folder("load-records")
    kafka, server = await kafka_component.create(folder / "kafka"), mongo_component.create(folder / "mongo")
    await asyncio.gather(kafka.start(), server.start())
    try:
        kept, peer = [], []
        for number in range(asked.rounds):
            kept.append(await keeping(kafka, server, asked.calls))
            peer.append(await bare(server, kept[-1].documents))
            print(f"round {number + 1}: {kept[-1].rate:.0f} a second, bare bulk_write {peer[-1]:.0f}")
    finally:
        await asyncio.gather(kafka.stop(), server.stop())
    rate = statistics.median(one.rate for one in kept)
    ratio = statistics.median(one.rate / beside for one, beside in zip(kept, peer, strict=True))
    print(
        f"{rate:.0f} calls' records a second (goal {GOAL_RATE}); {ratio:.2f} of bare bulk_write "
        f"(goal {GOAL_RATIO}); {statistics.median(one.writes for one in kept):.2f} writes for each call; "
        f"{statistics.median(one.cpu_ms for one in kept):.2f} ms of processor time for each call beside the "
        "database's"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
