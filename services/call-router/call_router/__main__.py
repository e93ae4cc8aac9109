"""Wires call-router: disk first, then the switch, so that calls are routed whatever else is away.

Ready: it has a table and its switch.
"""

import gc
import random
from functools import partial

import grpc.aio

from call_router.adapters import rest_agents, rest_calls, rest_routing
from call_router.adapters.agent_documents import AgentDocuments
from call_router.adapters.country_rules import rules_of
from call_router.adapters.grpc_calls import SERVICE as CALL_LOG
from call_router.adapters.grpc_calls import CallLogService
from call_router.adapters.grpc_routing import SERVICE as ROUTING_MANAGER
from call_router.adapters.grpc_routing import CallRoutingManager
from call_router.adapters.open_calls import OpenCalls
from call_router.adapters.plan_documents import PlanDocuments
from call_router.adapters.record_documents import RecordDocuments
from call_router.adapters.record_keeping import RecordKeeping
from call_router.adapters.spooled_events import CALL_EVENTS, SpooledEvents
from call_router.adapters.state_topics import StateTopics
from call_router.adapters.switch_calls import SwitchCalls
from call_router.adapters.switch_control import EslControl
from call_router.adapters.switch_events import NAMES
from call_router.adapters.table_snapshot import TableSnapshot
from call_router.adapters.table_trunks import TableTrunks
from call_router.app.agents import Agents
from call_router.app.call_log import CallLog
from call_router.app.dry_run import DryRun
from call_router.app.live_calls import LiveCalls
from call_router.app.plans import Plans
from call_router.domain.table import RoutingTable
from call_router.settings import Settings
from keepline.routing.v1.call_log_pb2_grpc import add_CallLogServicer_to_server
from keepline.routing.v1.routing_service_pb2_grpc import add_CallRoutingManagerServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.http import create_app
from servicekit.kafka import GroupConsumer, Producer, StateFollower, load_topics
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from servicekit.outbox import relay_of
from servicekit.spool import Spool, SpooledProducer
from switchlink.esl import EslLink


async def build(service: Service[Settings]) -> None:
    settings = service.settings
    verifier = TokenVerifier.from_settings(settings.auth)
    producer = Producer(settings.kafka.bootstrap, f"call-router-{settings.switch.id}")
    service.stack.push_async_callback(producer.stop)
    table = RoutingTable(rules_of)
    _keep_table(service, table)
    await _carry_calls(service, table, producer)
    await _serve(service, table, producer, verifier)


def _keep_table(service: Service[Settings], table: RoutingTable) -> None:
    snapshot = TableSnapshot(service.settings.data_dir / "routing-table.snapshot", table)
    snapshot.load()
    topics = StateTopics(table)

    def caught_up() -> None:
        topics.caught_up()
        gc.freeze()

    # what is in the table stays: the collector need not walk over it while calls come in
    gc.freeze()
    bootstrap = service.settings.kafka.bootstrap
    follower = StateFollower(bootstrap, topics.handlers(), name="call-router", on_caught_up=caught_up)
    service.readiness.add("table", lambda: "" if table.ready else "no routing table yet")
    service.readiness.add_degraded("state", follower.problem)
    service.stack.push_async_callback(snapshot.save)
    service.keep(snapshot.run, name="table snapshot")
    service.keep(follower.run, name="state follower")


async def _carry_calls(service: Service[Settings], table: RoutingTable, producer: Producer) -> None:
    settings = service.settings
    events = SpooledProducer(Spool(settings.data_dir / "spool", settings.spool_bytes), producer)
    link = EslLink(settings.switch.host, settings.switch.port, settings.switch.password(), NAMES)
    control = EslControl(link, partial(service.spawn, name="instruction"))
    sink = SpooledEvents(events, settings.switch.id)
    # chance divides calls between agents, it guards nothing
    calls = LiveCalls(table, service.clock, random.random, control, sink)
    open_calls = OpenCalls(settings.data_dir / "open-calls.snapshot", calls)
    open_calls.load()
    service.stack.push_async_callback(open_calls.save)
    service.stack.push_async_callback(link.aclose)
    await link.start()
    service.readiness.add("switch", lambda: link.trouble)
    service.readiness.add_degraded("events", events.problem)
    service.spawn(events.run(), name="event spool")
    service.keep(open_calls.run, name="open calls")
    service.spawn(SwitchCalls(link, calls, control, service.clock).run(), name="switch calls")
    service.on_drain("calls", calls.drain)
    service.on_drain("switch", control.waiting)
    service.on_drain("events", events.waiting)


async def _serve(
    service: Service[Settings], table: RoutingTable, producer: Producer, verifier: TokenVerifier
) -> None:
    settings, clock = service.settings, service.clock
    mongo = await connect(settings.mongo)
    service.stack.push_async_callback(mongo.close)
    voice_agents, routing_plans = mongo.collection("voice_agents"), mongo.collection("routing_plans")
    relays = [relay_of(mongo, name, producer) for name in (voice_agents.name, routing_plans.name)]
    agent_documents = AgentDocuments(voice_agents, clock, relays[0].wake)
    plan_documents = PlanDocuments(routing_plans, clock, relays[1].wake)
    records = RecordDocuments(mongo.collection("call_records"))
    log = CallLog(records)
    agents = Agents(agent_documents, plan_documents, TableTrunks(table), table, clock)
    plans = Plans(plan_documents, agent_documents, table, clock)
    dry_run = DryRun(table, clock, random.random)

    async def prepare() -> None:
        for documents in (agent_documents, plan_documents, records):
            await documents.prepare()

    consumer = GroupConsumer(
        settings.kafka.bootstrap,
        "call-router.records",
        [CALL_EVENTS],
        dead_letters={name: t.dead_letter for name, t in load_topics().items() if t.dead_letter},
        producer=producer,
        name=f"call-router-{settings.switch.id}",
    )
    service.readiness.add_degraded("mongo", mongo.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.readiness.add_degraded("records", consumer.problem)
    service.keep(lambda: mongo.watch(prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.keep(lambda: consumer.run(RecordKeeping(log).handle), name="record keeping")
    for relay in relays:
        service.readiness.add_degraded(f"outbox {relay.name}", relay.problem)
        service.keep(relay.run, name=f"outbox relay {relay.name}")

    def add(server: grpc.aio.Server) -> None:
        add_CallRoutingManagerServicer_to_server(CallRoutingManager(agents, plans, dry_run), server)
        add_CallLogServicer_to_server(CallLogService(log), server)

    app = create_app("call-router", "Keepline: who answers, and what came of it", verifier, service.readiness)
    for router in (rest_agents.router(agents), rest_routing.router(plans, dry_run), rest_calls.router(log)):
        app.include_router(router)
    await service.serve_http(app)
    await service.serve_grpc(add, [ROUTING_MANAGER, CALL_LOG], verifier)


def main() -> None:
    run("call-router", Settings, build)


if __name__ == "__main__":
    main()
