"""Where statuses are kept, and the relay that tells what was kept."""

from health_monitor.adapters.status_documents import Kept, StatusDocuments
from health_monitor.settings import Settings
from servicekit.kafka import Producer
from servicekit.lifecycle import Service
from servicekit.mongo import Mongo
from servicekit.outbox import relay_of


def kept_in(service: Service[Settings], mongo: Mongo, producer: Producer, kept: Kept) -> StatusDocuments:
    """Told from now on."""
    relay = relay_of(mongo, kept.collection, producer)
    store = StatusDocuments(mongo.collection(relay.name), service.clock, relay.wake, kept)
    service.readiness.add_degraded(store.readable.name, store.readable.problem)
    service.readiness.add_degraded(f"outbox of {relay.name}", relay.problem)
    service.keep(relay.run, name=f"outbox relay of {relay.name}")
    return store
