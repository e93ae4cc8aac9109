"""Wires call-control: agents, plans, call records, dry runs and the APIs over them. No call waits for it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import grpc.aio

from call_router.adapters.grpc.calls import SERVICE as CALL_LOG
from call_router.adapters.grpc.calls import CallLogService
from call_router.adapters.grpc.routing import SERVICE as ROUTING_MANAGER
from call_router.adapters.grpc.routing import CallRoutingManager
from call_router.adapters.kafka.call_feed import call_feed
from call_router.adapters.kafka.record_keeping import RecordKeeping
from call_router.adapters.kafka.spooled_events import CALL_EVENTS
from call_router.adapters.kept_table import keep_table, missing
from call_router.adapters.mongo.agents import AgentDocuments
from call_router.adapters.mongo.plans import PlanDocuments
from call_router.adapters.mongo.records import RecordDocuments
from call_router.adapters.rest import agents as rest_agents
from call_router.adapters.rest import call_stream
from call_router.adapters.rest import calls as rest_calls
from call_router.adapters.rest import dry_run as rest_dry_run
from call_router.adapters.rest import plans as rest_plans
from call_router.adapters.rest import taking as rest_taking
from call_router.adapters.rest.call_stream import CallTeller
from call_router.adapters.table_directory import TableDirectory
from call_router.app.agents import Agents
from call_router.app.call_log import CallLog
from call_router.app.dry_run import DryRun
from call_router.app.live_calls import LiveCalls
from call_router.app.plans import Plans
from call_router.app.taking import Taking
from call_router.domain.table import RoutingTable
from call_router.settings import ControlSettings
from keepline.routing.v1.call_log_pb2_grpc import add_CallLogServicer_to_server
from keepline.routing.v1.routing_service_pb2_grpc import add_CallRoutingManagerServicer_to_server
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth.serving import verifier_for
from servicekit.http import create_app
from servicekit.kafka import GroupConsumer, Producer, load_topics
from servicekit.lifecycle import Service, run
from servicekit.mongo import Mongo, connect
from servicekit.outbox import OutboxRelay, relay_of
from servicekit.streams import Story
from siptypes.reachable import Reachable

_COLLECTIONS = ("voice_agents", "routing_plans")


async def build(service: Service[ControlSettings]) -> None:
    settings = service.settings
    producer = Producer(settings.kafka, f"call-control-{settings.instance_id}")
    service.stack.push_async_callback(producer.stop)
    service.readiness.add_degraded("broker", producer.problem)
    service.keep(producer.watch, name="broker watch")
    table = keep_table(service)
    service.readiness.add_degraded("table", partial(missing, table))
    mongo = await connect(settings.mongo)
    service.stack.push_async_callback(mongo.close)
    stores = _stores(service, mongo, _relays(service, mongo, producer))
    _keep_records(service, stores.records, producer)
    await _serve(service, table, stores)


@dataclass(frozen=True, slots=True)
class _Stores:
    agents: AgentDocuments
    plans: PlanDocuments
    records: RecordDocuments
    keys: IdempotencyKeys


def _relays(service: Service[ControlSettings], mongo: Mongo, producer: Producer) -> Sequence[OutboxRelay]:
    relays = [relay_of(mongo, name, producer) for name in _COLLECTIONS]
    for relay in relays:
        service.readiness.add_degraded(f"outbox {relay.name}", relay.problem)
        service.keep(relay.run, name=f"outbox relay {relay.name}")
    return relays


def _stores(service: Service[ControlSettings], mongo: Mongo, relays: Sequence[OutboxRelay]) -> _Stores:
    voice_agents, routing_plans = (mongo.collection(name) for name in _COLLECTIONS)
    stores = _Stores(
        AgentDocuments(voice_agents, service.clock, relays[0].wake),
        PlanDocuments(routing_plans, service.clock, relays[1].wake),
        RecordDocuments(mongo.collection("call_records"), service.settings.records.keep_days),
        IdempotencyKeys(mongo.collection("routing_idempotency_keys"), service.clock),
    )

    async def prepare() -> None:
        for documents in (stores.agents, stores.plans, stores.records, stores.keys):
            await documents.prepare()

    for readable in (stores.agents.readable, stores.plans.readable, stores.records.readable):
        service.readiness.add_degraded(readable.name, readable.problem)
    service.readiness.add("mongo", mongo.problem)
    service.keep(lambda: mongo.watch(prepare), name="mongo watch")
    return stores


def _keep_records(service: Service[ControlSettings], records: RecordDocuments, producer: Producer) -> None:
    settings = service.settings
    consumer = GroupConsumer(
        settings.kafka,
        "call-router.records",
        [CALL_EVENTS],
        dead_letters={name: t.dead_letter for name, t in load_topics().items() if t.dead_letter},
        producer=producer,
        name=f"call-control-{settings.instance_id}",
    )
    service.readiness.add_degraded("records", consumer.problem)
    keeping = RecordKeeping(CallLog(records), service.clock, settings.records.hold_seconds)
    service.keep(lambda: consumer.run(keeping), name="record keeping")


async def _serve(service: Service[ControlSettings], table: RoutingTable, stores: _Stores) -> None:
    clock, log = service.clock, CallLog(stores.records, service.settings.numbers.hash())
    verifier = verifier_for(service)
    reachable = Reachable(service.settings.addresses.policy(), tls=service.settings.tls_from_edges)
    quotas = service.settings.quotas
    directory = TableDirectory(table)
    agents = Agents(stores.agents, stores.plans, directory, table, clock, reachable, quotas.agents)
    plans = Plans(stores.plans, stores.agents, directory, table, clock, quotas.plans)
    taking = Taking(plans)
    service.keep(taking.run, name="numbers on their way")
    dry_run = DryRun(table, clock, random.random)
    feed = call_feed(service, service.settings.streams)
    story = Story(feed, CallTeller(LiveCalls(feed.ring, stores.records)))

    def add(server: grpc.aio.Server) -> None:
        manager = CallRoutingManager(agents, plans, taking, dry_run, stores.keys)
        add_CallRoutingManagerServicer_to_server(manager, server)
        add_CallLogServicer_to_server(CallLogService(log), server)

    about = "Keepline: who answers, and what came of it"
    app = create_app("call-control", about, verifier, service.readiness, rates=service.rates)
    for router in (
        rest_agents.router(agents, stores.keys),
        rest_plans.router(plans, taking, stores.keys),
        rest_taking.router(taking, stores.keys),
        rest_dry_run.router(dry_run),
        call_stream.router(story, log.hide),
        rest_calls.router(log),
    ):
        app.include_router(router)
    await service.serve_http(app)
    await service.serve_grpc(add, [ROUTING_MANAGER, CALL_LOG], verifier)


def main() -> None:
    run("call-control", ControlSettings, build)


if __name__ == "__main__":
    main()
