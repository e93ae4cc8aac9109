"""Wires phone-sources: numbers for tenants, told to the others through the outbox.

Ready: the database answers. With the broker away numbers are still taken, and told when it is back.
"""

import grpc.aio

from keepline.phone.v1.phone_service_pb2_grpc import add_PhoneServiceServicer_to_server
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub
from phone_sources.adapters import plan_directory, rest, rest_bulk, trunk_directory
from phone_sources.adapters.grpc_service import SERVICE, PhoneService
from phone_sources.adapters.number_documents import NumberDocuments
from phone_sources.adapters.plan_directory import PlanDirectory
from phone_sources.adapters.trunk_directory import TrunkDirectory
from phone_sources.app.bulk import Bulk
from phone_sources.app.judging import Judging
from phone_sources.app.numbers import Numbers
from phone_sources.app.turns import Turns
from phone_sources.settings import Settings
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import principal
from servicekit.auth.serving import verifier_for
from servicekit.grpc import channel
from servicekit.http import create_app
from servicekit.kafka import Producer, StateFollower
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from servicekit.outbox import relay_of


async def build(service: Service[Settings]) -> None:
    documents, keys = await _documents(service)
    trunks, plans = _directories(service)
    numbers = Numbers(documents, trunks, plans, service.clock, service.settings.quotas.numbers)
    turns = Turns()
    judging, bulk = Judging(documents, trunks, turns), Bulk(numbers, turns)
    verifier = verifier_for(service)
    title = "Keepline: which numbers we answer for"
    app = create_app("phone-sources", title, verifier, service.readiness, rates=service.rates)
    app.include_router(rest.router(numbers, keys))
    app.include_router(rest_bulk.router(judging, bulk, keys))

    def add(server: grpc.aio.Server) -> None:
        add_PhoneServiceServicer_to_server(PhoneService(numbers, judging, bulk, keys), server)

    await service.serve_http(app)
    await service.serve_grpc(add, [SERVICE], verifier)


async def _documents(service: Service[Settings]) -> tuple[NumberDocuments, IdempotencyKeys]:
    settings = service.settings
    mongo = await connect(settings.mongo)
    service.stack.push_async_callback(mongo.close)
    producer = Producer(settings.kafka, "phone-sources")
    service.stack.push_async_callback(producer.stop)
    collection = mongo.collection("phone_numbers")
    relay = relay_of(mongo, collection.name, producer)
    documents = NumberDocuments(collection, service.clock, relay.wake)
    keys = IdempotencyKeys(mongo.collection("phone_idempotency_keys"), service.clock)

    async def prepare() -> None:
        await documents.prepare()
        await keys.prepare()

    service.readiness.add("mongo", mongo.problem)
    service.readiness.add_degraded(documents.readable.name, documents.readable.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.readiness.add_degraded("outbox", relay.problem)
    service.keep(lambda: mongo.watch(prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.keep(relay.run, name="outbox relay")
    return documents, keys


def _directories(service: Service[Settings]) -> tuple[TrunkDirectory, PlanDirectory]:
    settings = service.settings
    sip_config = channel(settings.sip_config_target, token=lambda: principal().token, tls=settings.tls)
    service.stack.push_async_callback(sip_config.close)
    # the stub is the asynchronous one, because the channel is
    trunks = TrunkDirectory(SipTrunkServiceStub(sip_config))
    plans = PlanDirectory()
    handlers = {trunk_directory.TOPIC: trunks.heard, plan_directory.TOPIC: plans.heard}

    def caught_up() -> None:
        trunks.caught_up()
        plans.caught_up()

    follower = StateFollower(settings.kafka, handlers, name="phone-sources", on_caught_up=caught_up)
    service.readiness.add_degraded("state", follower.problem)
    service.keep(follower.run, name="state follower")
    return trunks, plans


def main() -> None:
    run("phone-sources", Settings, build)


if __name__ == "__main__":
    main()
