"""Wires sip-config: trunks for tenants, and what the edges and switches should run.

Ready: it has the whole of what edges should run. With database or broker away it goes on telling them.
"""

import asyncio

import grpc.aio

from keepline.sip.v1.switch_config_pb2_grpc import add_SwitchConfigServicer_to_server
from keepline.sip.v1.trunk_service_pb2_grpc import add_SipTrunkServiceServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.kafka import Producer, StateFollower
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from servicekit.outbox import relay_of
from sip_config.adapters import rest_switch, rest_trunks
from sip_config.adapters.grpc_switch_config import SERVICE as SWITCH_CONFIG
from sip_config.adapters.grpc_switch_config import SwitchConfig
from sip_config.adapters.grpc_trunks import SERVICE as TRUNK_SERVICE
from sip_config.adapters.grpc_trunks import SipTrunkService
from sip_config.adapters.state_topics import StateTopics
from sip_config.adapters.trunk_documents import TrunkDocuments
from sip_config.app.edge_feed import EdgeFeed
from sip_config.app.trunks import Trunks
from sip_config.domain.records import Destination
from sip_config.ports import TrunkStore
from sip_config.settings import Settings

SWITCH_SET = 1
_AGAIN = 1.0


async def build(service: Service[Settings]) -> None:
    settings = service.settings
    verifier = TokenVerifier.from_settings(settings.auth)
    feed = EdgeFeed([Destination(SWITCH_SET, s.host, s.port) for s in settings.switches], service.clock)
    trunks = await _keep_trunks(service, feed)
    _follow(service, feed)
    await _serve(service, feed, trunks, verifier)


async def _keep_trunks(service: Service[Settings], feed: EdgeFeed) -> Trunks:
    settings = service.settings
    mongo = await connect(settings.mongo)
    service.stack.push_async_callback(mongo.close)
    producer = Producer(settings.kafka.bootstrap, "sip-config")
    service.stack.push_async_callback(producer.stop)
    collection = mongo.collection("sip_trunks")
    relay = relay_of(mongo, collection.name, producer)
    documents = TrunkDocuments(collection, service.clock, relay.wake)
    service.readiness.add_degraded("mongo", mongo.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.readiness.add_degraded("outbox", relay.problem)
    service.keep(lambda: mongo.watch(documents.prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.keep(relay.run, name="outbox relay")
    service.keep(lambda: _read_all(documents, feed), name="first reading")
    return Trunks(documents, feed, service.clock, settings.sip_zone, settings.address_policy())


async def _read_all(store: TrunkStore, feed: EdgeFeed) -> None:
    """Until it succeeds once: edges are told nothing before."""
    while True:
        try:
            async for trunk in store.all():
                feed.trunk_written(trunk)
        except Unavailable:
            await asyncio.sleep(_AGAIN)
        else:
            feed.complete("trunks")
            return


def _follow(service: Service[Settings], feed: EdgeFeed) -> None:
    """Numbers are another service's; trunks may be written by another instance of this one."""
    follower = StateFollower(
        service.settings.kafka.bootstrap,
        StateTopics(feed).handlers(),
        name="sip-config",
        on_caught_up=lambda: feed.complete("numbers"),
    )
    service.readiness.add_degraded("state", follower.problem)
    service.readiness.add("edge tables", lambda: feed.missing)
    service.keep(follower.run, name="state follower")


async def _serve(service: Service[Settings], feed: EdgeFeed, trunks: Trunks, verifier: TokenVerifier) -> None:
    settings = service.settings
    password = settings.switch_password()
    title = "Keepline: trunks, and where they are in force"
    app = create_app("sip-config", title, verifier, service.readiness, open_paths=(rest_switch.PATH,))
    app.include_router(rest_trunks.router(trunks, feed))
    if password:
        app.include_router(rest_switch.router([edge.host for edge in settings.edges], password))

    def add(server: grpc.aio.Server) -> None:
        add_SipTrunkServiceServicer_to_server(SipTrunkService(trunks, feed), server)
        add_SwitchConfigServicer_to_server(SwitchConfig(feed), server)

    await service.serve_http(app)
    await service.serve_grpc(add, [TRUNK_SERVICE, SWITCH_CONFIG], verifier)


def main() -> None:
    run("sip-config", Settings, build)


if __name__ == "__main__":
    main()
