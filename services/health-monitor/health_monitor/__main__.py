"""Wires health-monitor: trunks and probes are read, trunks judged, and everybody who has to know is told.

Ready: it knows every trunk, and what was known of each before.
"""

import asyncio

import grpc.aio

from health_monitor.adapters import rest, rest_stream
from health_monitor.adapters.grpc_health import SERVICE, TrunkHealth
from health_monitor.adapters.probe_topic import ProbeTopic
from health_monitor.adapters.rest_stream import StatusTeller
from health_monitor.adapters.status_documents import StatusDocuments
from health_monitor.adapters.status_feed import followed_statuses
from health_monitor.adapters.trunk_topic import TrunkTopic
from health_monitor.app.status_publisher import StatusPublisher
from health_monitor.app.statuses import Statuses
from health_monitor.app.trunk_board import TrunkBoard
from health_monitor.app.watchers import Watchers
from health_monitor.ports import StatusStore
from health_monitor.settings import Settings
from keepline.health.v1.trunk_health_pb2_grpc import add_TrunkHealthServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.auth.serving import verifier_for
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.kafka import Producer, StateFollower
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from servicekit.outbox import relay_of
from servicekit.streams import Story

_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 1.0


async def build(service: Service[Settings]) -> None:
    verifier = verifier_for(service)
    store = await _store(service)
    watchers, kept = Watchers(), StatusPublisher(store)
    read_back = asyncio.Event()
    board = TrunkBoard([watchers, kept], service.clock.now, lambda: not read_back.is_set())
    service.keep(kept.run, name="keeping")
    service.on_drain("the database", kept.waiting)
    service.spawn(_watch_trunks(service, board, store, read_back), name="trunks")
    await _serve(service, board, watchers, verifier)


async def _store(service: Service[Settings]) -> StatusDocuments:
    mongo = await connect(service.settings.mongo)
    service.stack.push_async_callback(mongo.close)
    producer = Producer(service.settings.kafka, "health-monitor")
    service.stack.push_async_callback(producer.stop)
    relay = relay_of(mongo, "trunk_status", producer)
    store = StatusDocuments(mongo.collection(relay.name), service.clock, relay.wake)
    service.readiness.add_degraded("mongo", mongo.problem)
    service.readiness.add_degraded(store.readable.name, store.readable.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.readiness.add_degraded("outbox", relay.problem)
    service.keep(lambda: mongo.watch(store.prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.keep(relay.run, name="outbox relay")
    return store


async def _watch_trunks(
    service: Service[Settings], board: TrunkBoard, store: StatusStore, read_back: asyncio.Event
) -> None:
    """What was known before the restart comes first, so that versions and `since` go on."""
    service.readiness.add("statuses", lambda: "not read from the database yet")
    while True:
        try:
            board.restore(await store.load())
            break
        except Unavailable:
            await asyncio.sleep(_AGAIN_SECONDS)
    broker, name = service.settings.kafka, service.name
    trunks = StateFollower(broker, TrunkTopic(board).handlers(), name=name, on_caught_up=board.trunks_read)
    service.readiness.add("statuses", lambda: "" if trunks.caught_up else "not every trunk is known yet")
    service.readiness.add_degraded("state", trunks.problem)
    service.keep(trunks.run, name="state follower")
    topic = ProbeTopic(board, service.clock.now, read_back.is_set)
    probes = StateFollower(broker, topic.handlers(), name=f"{name}-probes", on_caught_up=read_back.set)
    service.readiness.add_degraded("probes", probes.problem)
    service.keep(probes.run, name="probe follower")
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        board.tick(listening=not probes.problem())


async def _serve(
    service: Service[Settings], board: TrunkBoard, watchers: Watchers, verifier: TokenVerifier
) -> None:
    statuses = Statuses(board)
    title = "Keepline: which trunks can carry calls"
    app = create_app("health-monitor", title, verifier, service.readiness, rates=service.rates)
    app.include_router(rest.router(statuses))
    feed, topic = followed_statuses(service)
    app.include_router(rest_stream.router(Story(feed, StatusTeller(topic))))

    def add(server: grpc.aio.Server) -> None:
        add_TrunkHealthServicer_to_server(TrunkHealth(statuses, board, watchers), server)

    await service.serve_http(app)
    await service.serve_grpc(add, [SERVICE], verifier)


def main() -> None:
    run("health-monitor", Settings, build)


if __name__ == "__main__":
    main()
