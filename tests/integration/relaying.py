"""One relay in a process of its own.

    python relaying.py URI COLLECTION BOOTSTRAP NAME LEASE_SECONDS DELAY_SECONDS

Each batch is held for the delay before it is sent, as by a broker that is slow to answer.
"""

import asyncio
import sys
from collections.abc import Sequence

from servicekit.kafka import Outgoing, Producer
from servicekit.lease import Lease
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.settings import MongoSettings
from servicekit.telemetry import logging


class Delaying(Producer):
    delay_seconds = 0.0

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        await asyncio.sleep(self.delay_seconds)
        await super().send_many(records)


async def main() -> None:
    uri, collection, bootstrap, name, lease_seconds, delay_seconds = sys.argv[1:]
    logging.configure(name, "info")
    mongo = await connect(MongoSettings(uri=uri, database="outbox"))
    producer = Delaying(bootstrap, name)
    producer.delay_seconds = float(delay_seconds)
    lease = Lease(
        mongo.collection("leases"), f"outbox {collection}", seconds=float(lease_seconds), holder=name
    )
    await OutboxRelay(mongo.collection(collection), producer, lease).run()


asyncio.run(main())
