"""Wires health-monitor: edges are asked, trunks judged, and everybody who has to know is told.

Ready: it knows every trunk, and what was known of each before.
"""

import asyncio

import grpc.aio

from health_monitor.adapters import rest
from health_monitor.adapters.dispatcher import DispatcherEdge
from health_monitor.adapters.grpc_health import SERVICE, TrunkHealth
from health_monitor.adapters.status_documents import StatusDocuments
from health_monitor.adapters.status_topic import StatusTopic
from health_monitor.adapters.trunk_topic import TrunkTopic
from health_monitor.app.board import Board
from health_monitor.app.polling import Polling
from health_monitor.app.statuses import Statuses
from health_monitor.app.telling import Send, Telling
from health_monitor.app.watchers import Watchers
from health_monitor.domain.status import Status
from health_monitor.ports import StatusStore
from health_monitor.settings import Settings
from keepline.health.v1.trunk_health_pb2_grpc import add_TrunkHealthServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.kafka import Producer, StateFollower
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from switchlink.kamailio_rpc import KamailioHttp

_AGAIN = 1.0
_RPC_SECONDS = 2.0


async def build(service: Service[Settings]) -> None:
    settings = service.settings
    verifier = TokenVerifier.from_settings(settings.auth)
    store = await _store(service)
    watchers, kept, told = Watchers(), Telling(_keeping(store)), Telling(_topic(service).send)
    board = Board([watchers, kept, told], service.clock.now)
    service.keep(kept.run, name="keeping")
    service.keep(told.run, name="telling")
    service.on_drain("the broker", told.waiting)
    service.spawn(_watch_trunks(service, board, store), name="trunks")
    await _serve(service, board, watchers, verifier)


async def _store(service: Service[Settings]) -> StatusDocuments:
    mongo = await connect(service.settings.mongo)
    service.stack.push_async_callback(mongo.close)
    service.readiness.add_degraded("mongo", mongo.problem)
    service.keep(mongo.watch, name="mongo watch")
    return StatusDocuments(mongo.collection("trunk_status"))


def _topic(service: Service[Settings]) -> StatusTopic:
    producer = Producer(service.settings.kafka.bootstrap, "health-monitor")
    service.stack.push_async_callback(producer.stop)
    service.readiness.add_degraded("broker", producer.problem)
    service.keep(producer.watch, name="broker watch")
    return StatusTopic(producer, service.clock)


def _keeping(store: StatusStore) -> Send:
    async def keep(trunk_id: str, status: Status | None) -> None:
        if status is None:
            await store.forget(trunk_id)
        else:
            await store.keep(status)

    return keep


async def _watch_trunks(service: Service[Settings], board: Board, store: StatusStore) -> None:
    """What was known before the restart comes first, so that versions and `since` go on."""
    service.readiness.add("statuses", lambda: "not read from the database yet")
    while True:
        try:
            board.restore(await store.load())
            break
        except Unavailable:
            await asyncio.sleep(_AGAIN)
    settings = service.settings
    topic = TrunkTopic(board)
    follower = StateFollower(
        settings.kafka.bootstrap, topic.handlers(), name="health-monitor", on_caught_up=board.forget_kept
    )
    service.readiness.add("statuses", lambda: "" if follower.caught_up else "not every trunk is known yet")
    service.readiness.add_degraded("state", follower.problem)
    service.keep(follower.run, name="state follower")
    rpcs = [(edge.id, KamailioHttp(edge.rpc_url, _RPC_SECONDS)) for edge in settings.edges]
    for _, rpc in rpcs:
        service.stack.push_async_callback(rpc.aclose)
    polling = Polling([DispatcherEdge(name, rpc) for name, rpc in rpcs], board, settings.poll_seconds)
    service.readiness.add_degraded("edges", polling.problem)
    await polling.run()


async def _serve(
    service: Service[Settings], board: Board, watchers: Watchers, verifier: TokenVerifier
) -> None:
    statuses = Statuses(board)
    title = "Keepline: which trunks can carry calls"
    app = create_app("health-monitor", title, verifier, service.readiness)
    app.include_router(rest.router(statuses))

    def add(server: grpc.aio.Server) -> None:
        add_TrunkHealthServicer_to_server(TrunkHealth(statuses, board, watchers), server)

    await service.serve_http(app)
    await service.serve_grpc(add, [SERVICE], verifier)


def main() -> None:
    run("health-monitor", Settings, build)


if __name__ == "__main__":
    main()
