"""Wires sip-config: trunks for tenants, and what the nodes should run."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc.aio

from keepline.audit.v1.audit_log_pb2_grpc import add_AuditLogServicer_to_server
from keepline.auth.v1.api_key_service_pb2_grpc import add_ApiKeyServiceServicer_to_server
from keepline.sip.v1.network_service_pb2_grpc import add_NetworkServiceServicer_to_server
from keepline.sip.v1.onboarding_service_pb2_grpc import add_OnboardingServiceServicer_to_server
from keepline.sip.v1.rejection_service_pb2_grpc import add_SipRejectionServiceServicer_to_server
from keepline.sip.v1.trunk_service_pb2_grpc import add_SipTrunkServiceServicer_to_server
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth.serving import Callers, callers_of
from servicekit.http import create_app
from servicekit.kafka import Producer
from servicekit.lifecycle import Service, run
from servicekit.mongo import Mongo, connect
from servicekit.outbox import relay_of
from servicekit.streams import Story
from sip_config.adapters.access import Access, access_of
from sip_config.adapters.grpc import switch_config as grpc_switch_config
from sip_config.adapters.grpc.audit import SERVICE as AUDIT_SERVICE
from sip_config.adapters.grpc.audit import AuditLogService
from sip_config.adapters.grpc.keys import SERVICE as KEY_SERVICE
from sip_config.adapters.grpc.keys import ApiKeyService
from sip_config.adapters.grpc.network import SERVICE as NETWORK_SERVICE
from sip_config.adapters.grpc.network import NetworkService
from sip_config.adapters.grpc.onboardings import SERVICE as ONBOARDING_SERVICE
from sip_config.adapters.grpc.onboardings import OnboardingService
from sip_config.adapters.grpc.rejections import SERVICE as REJECTION_SERVICE
from sip_config.adapters.grpc.rejections import SipRejectionService
from sip_config.adapters.grpc.switch_config import SwitchConfig
from sip_config.adapters.grpc.trunks import SERVICE as TRUNK_SERVICE
from sip_config.adapters.grpc.trunks import SipTrunkService
from sip_config.adapters.kafka.rejection_feed import followed_rejections
from sip_config.adapters.kafka.state_topics import AgentTopic, StateTopics
from sip_config.adapters.messages.resources import encode
from sip_config.adapters.mongo.network import NetworkDocuments
from sip_config.adapters.mongo.node_reports import ReportDocuments
from sip_config.adapters.mongo.trunks import TrunkDocuments
from sip_config.adapters.onboarding import onboarding_of
from sip_config.adapters.refused import refused_of
from sip_config.adapters.rest import addresses as rest_addresses
from sip_config.adapters.rest import audit as rest_audit
from sip_config.adapters.rest import keys as rest_keys
from sip_config.adapters.rest import network as rest_network
from sip_config.adapters.rest import onboardings as rest_onboardings
from sip_config.adapters.rest import rejection_stream
from sip_config.adapters.rest import rejections as rest_rejections
from sip_config.adapters.rest import switch_xml as rest_switch
from sip_config.adapters.rest import trunks as rest_trunks
from sip_config.adapters.rest.rejection_stream import RejectionTeller
from sip_config.app.naming import Naming
from sip_config.app.network import Network, Site
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports
from sip_config.app.onboardings import Onboardings
from sip_config.app.placement import Placement
from sip_config.app.reading import Reading
from sip_config.app.rejections import Rejections
from sip_config.app.trunk_tests import TrunkTests
from sip_config.app.trunks import Quotas, Trunks
from sip_config.domain.human_agents import HumanAgents
from sip_config.domain.network import Orders
from sip_config.domain.node_tables import NodeTables, Room
from sip_config.domain.resources import EdgeBody, SwitchBody
from sip_config.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    feed: NodeFeed
    reports: NodeReports
    network: Network
    trunks: Trunks
    access: Access
    rejections: Rejections
    onboardings: Onboardings
    tests: TrunkTests
    keys: IdempotencyKeys


async def build(service: Service[Settings]) -> None:
    callers = callers_of(service)
    await _serve(service, await _parts(service, callers), callers)


async def _parts(service: Service[Settings], callers: Callers) -> Parts:
    settings, clock = service.settings, service.clock
    mongo = await connect(settings.mongo)
    service.stack.push_async_callback(mongo.close)
    site = _site(settings)
    feed = NodeFeed(NodeTables(encode, site.bodies(Orders())))
    reports = ReportDocuments(mongo.collection("node_reports"))
    said = NodeReports(reports, clock, lambda limits: feed.room(Room(limits.trunks, limits.numbers)))
    keys = IdempotencyKeys(mongo.collection("sip_idempotency_keys"), clock)
    producer = Producer(settings.kafka, "sip-config")
    service.stack.push_async_callback(producer.stop)
    access = access_of(service, mongo, producer, callers)
    refused = refused_of(service, mongo, producer, feed)
    onboarding = onboarding_of(service, mongo, producer)
    others = [reports.prepare, keys.prepare, access.prepare, refused.documents.prepare, onboarding.prepare]
    documents, orders = await _documents(service, mongo, producer, others)
    network = Network(feed, orders, clock, site, said.edges)
    references = _read(service, Reading(documents, feed, network), feed)
    service.keep(said.run, name="node reports")
    service.keep(network.run, name="network orders")
    for readable in (orders.readable, reports.readable, documents.readable):
        service.readiness.add_degraded(readable.name, readable.problem)
    quotas = Quotas(**settings.quotas.model_dump(exclude={"keys", "onboardings"}))
    trunks = Trunks(documents, feed, references, clock, settings.sip_zone, settings.reachable(), quotas)
    rejections = refused.serve(documents, trunks, onboarding)
    onboardings = onboarding.serve(documents)
    return Parts(feed, said, network, trunks, access, rejections, onboardings, onboarding.tests, keys)


def _site(settings: Settings) -> Site:
    switches = [SwitchBody(s.id, s.host, s.port, s.state, s.weight) for s in settings.switches]
    return Site([EdgeBody(edge.id) for edge in settings.edges], switches)


async def _documents(
    service: Service[Settings],
    mongo: Mongo,
    producer: Producer,
    others: Sequence[Callable[[], Awaitable[None]]],
) -> tuple[TrunkDocuments, NetworkDocuments]:
    trunks = relay_of(mongo, "sip_trunks", producer)
    switches = relay_of(mongo, "sip_network", producer)
    documents = TrunkDocuments(mongo.collection(trunks.name), service.clock, trunks.wake)
    orders = NetworkDocuments(mongo.collection(switches.name), service.clock, switches.wake)

    async def prepare() -> None:
        await documents.prepare()
        for one in others:
            await one()

    service.readiness.add_degraded("mongo", mongo.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.readiness.add_degraded("outbox", lambda: trunks.problem() or switches.problem())
    service.keep(lambda: mongo.watch(prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.keep(trunks.run, name="outbox relay")
    service.keep(switches.run, name="outbox relay of switches")
    return documents, orders


def _read(service: Service[Settings], reading: Reading, feed: NodeFeed) -> Naming:
    """Numbers and agents are other services'; trunks may be written by another replica of this one."""
    tables = feed.tables
    topics = StateTopics(feed, service.settings.kafka, reading.caught_up.set)
    follower = topics.follower
    feed.positions = topics.revision
    service.readiness.add_degraded("state", follower.problem)
    service.readiness.add("node tables", lambda: feed.missing)
    service.keep(follower.run, name="state follower")
    service.keep(lambda: reading.trunks(tables.known.trunks_known), name="reading of trunks")
    service.keep(lambda: reading.numbers(tables.known.numbers_known), name="reading of numbers")
    service.keep(lambda: reading.outboxes(follower.problem), name="reading of outboxes")
    return _names(service, topics, feed)


def _names(service: Service[Settings], topics: StateTopics, feed: NodeFeed) -> Naming:
    """What names a trunk: it is not deleted meanwhile."""
    agents = HumanAgents()
    broker = service.settings.kafka
    plans = AgentTopic(agents, feed, broker, lambda: feed.complete("agents")).follower
    service.readiness.add_degraded("agents", plans.problem)
    service.keep(plans.run, name="agent follower")

    def unread() -> str:
        return " and ".join(
            what for what, one in (("numbers", topics.follower), ("agents", plans)) if not one.caught_up
        )

    return Naming(feed.tables.known, unread, agents)


async def _serve(service: Service[Settings], parts: Parts, callers: Callers) -> None:
    settings, verifier = service.settings, callers.verifier
    password = settings.switch_password()
    title = "Keepline: trunks, and where they are in force"
    app = create_app(
        "sip-config", title, verifier, service.readiness, open_paths=(rest_switch.PATH,), rates=service.rates
    )
    placement = Placement(parts.feed, parts.reports)
    app.include_router(rest_trunks.router(parts.trunks, placement, parts.tests, parts.keys))
    app.include_router(rest_keys.router(parts.access.keys, parts.keys))
    app.include_router(rest_audit.router(parts.access.entries))
    addresses = settings.public_addresses()
    app.include_router(rest_addresses.router(addresses))
    app.include_router(rest_network.router(parts.feed, parts.reports, parts.network))
    told = RejectionTeller(parts.rejections.store)
    app.include_router(rejection_stream.router(Story(followed_rejections(service), told)))
    app.include_router(rest_rejections.router(parts.rejections, parts.keys))
    app.include_router(rest_onboardings.router(parts.onboardings, parts.keys))
    if password:
        app.include_router(rest_switch.router([edge.host for edge in settings.edges], password))

    def add(server: grpc.aio.Server) -> None:
        trunks = SipTrunkService(parts.trunks, placement, parts.tests, parts.keys)
        add_SipTrunkServiceServicer_to_server(trunks, server)
        onboardings = OnboardingService(parts.onboardings, parts.keys)
        add_OnboardingServiceServicer_to_server(onboardings, server)
        add_ApiKeyServiceServicer_to_server(ApiKeyService(parts.access.keys, parts.keys), server)
        add_AuditLogServicer_to_server(AuditLogService(parts.access.entries), server)
        network = NetworkService(parts.feed, parts.reports, parts.network, addresses)
        add_NetworkServiceServicer_to_server(network, server)
        rejections = SipRejectionService(parts.rejections, parts.keys)
        add_SipRejectionServiceServicer_to_server(rejections, server)
        served = SwitchConfig(parts.feed, parts.reports, parts.network)
        grpc_switch_config.add_to_server(served, server)

    await service.serve_http(app)
    of_tenants = [TRUNK_SERVICE, ONBOARDING_SERVICE, REJECTION_SERVICE, KEY_SERVICE, AUDIT_SERVICE]
    served = [*of_tenants, NETWORK_SERVICE, grpc_switch_config.SERVICE]
    await service.serve_grpc(add, served, verifier, for_nodes=[grpc_switch_config.SERVICE])


def main() -> None:
    run("sip-config", Settings, build)


if __name__ == "__main__":
    main()
