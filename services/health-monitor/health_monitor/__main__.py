"""Wires health-monitor: what edges find at trunks and agents is judged, and whoever has to know is told.

Ready: it knows every trunk and agent, and what was known of each before.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio

from health_monitor.adapters import rest, rest_agents, rest_stream
from health_monitor.adapters.agent_topic import AgentTopic
from health_monitor.adapters.grpc_agents import SERVICE as AGENT_SERVICE
from health_monitor.adapters.grpc_agents import AgentHealth
from health_monitor.adapters.grpc_health import SERVICE, TrunkHealth
from health_monitor.adapters.probe_topic import ProbeTopic
from health_monitor.adapters.rest_stream import StatusTeller
from health_monitor.adapters.status_documents import AGENTS, TRUNKS, StatusDocuments
from health_monitor.adapters.status_feed import followed_statuses
from health_monitor.adapters.status_stores import kept_in
from health_monitor.adapters.trunk_topic import TrunkTopic
from health_monitor.app.board import Board
from health_monitor.app.hearing import Hearing
from health_monitor.app.status_publisher import StatusPublisher
from health_monitor.app.statuses import Statuses, no_agent, no_trunk
from health_monitor.app.watchers import Watchers
from health_monitor.domain.agent import Agent
from health_monitor.domain.judge import judge
from health_monitor.domain.judge_agent import judge_agent
from health_monitor.domain.trunk import Trunk
from health_monitor.ports import StatusStore
from health_monitor.settings import Settings
from keepline.health.v1.agent_health_pb2_grpc import add_AgentHealthServicer_to_server
from keepline.health.v1.trunk_health_pb2_grpc import add_TrunkHealthServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.auth.serving import verifier_for
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.kafka import Producer, StateFollower
from servicekit.lifecycle import Service, run
from servicekit.mongo import connect
from servicekit.streams import Story

_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What is judged and by whom; read_back: what edges told before the start was read to its end."""

    hearing: Hearing
    read_back: asyncio.Event
    trunks: Board[Trunk]
    agents: Board[Agent]
    watchers: Watchers


async def build(service: Service[Settings]) -> None:
    verifier = verifier_for(service)
    mongo = await connect(service.settings.mongo)
    service.stack.push_async_callback(mongo.close)
    producer = Producer(service.settings.kafka, "health-monitor")
    service.stack.push_async_callback(producer.stop)
    stores = [kept_in(service, mongo, producer, kept) for kept in (TRUNKS, AGENTS)]
    watchers, read_back = Watchers(), asyncio.Event()
    hearing = Hearing(service.clock.now, lambda: not read_back.is_set())
    of_trunks, of_agents = (_publisher(service, store) for store in stores)
    trunks = Board(hearing, judge, [watchers, of_trunks])
    agents = Board(hearing, judge_agent, [of_agents])
    parts = Parts(hearing, read_back, trunks, agents, watchers)

    async def prepare() -> None:
        for store in stores:
            await store.prepare()

    service.readiness.add_degraded("mongo", mongo.problem)
    service.readiness.add_degraded("broker", producer.problem)
    service.keep(lambda: mongo.watch(prepare), name="mongo watch")
    service.keep(producer.watch, name="broker watch")
    service.spawn(_watch(service, parts, stores), name="trunks and agents")
    await _serve(service, parts, verifier)


def _publisher(service: Service[Settings], store: StatusDocuments) -> StatusPublisher:
    publisher = StatusPublisher(store)
    service.keep(publisher.run, name=f"keeping {store.kept.collection}")
    service.on_drain(f"the database ({store.kept.collection})", publisher.waiting)
    return publisher


async def _watch(service: Service[Settings], parts: Parts, stores: Sequence[StatusStore]) -> None:
    """What was known before the restart comes first, so that versions and `since` go on."""
    service.readiness.add("statuses", lambda: "not read from the database yet")
    boards: tuple[Board[Any], ...] = (parts.trunks, parts.agents)
    for board, store in zip(boards, stores, strict=True):
        await _restored(board, store)
    broker, name, hearing = service.settings.kafka, service.name, parts.hearing
    trunks = StateFollower(
        broker, TrunkTopic(parts.trunks).handlers(), name=name, on_caught_up=parts.trunks.all_read
    )
    agents = StateFollower(
        broker,
        AgentTopic(parts.agents).handlers(),
        name=f"{name}-agents",
        on_caught_up=parts.agents.all_read,
    )
    known = (trunks, agents)
    service.readiness.add(
        "statuses",
        lambda: "" if all(one.caught_up for one in known) else "not every one is known",
    )
    topic = ProbeTopic(hearing, service.clock.now, parts.read_back.is_set)
    probes = StateFollower(broker, topic.handlers(), name=f"{name}-probes", on_caught_up=parts.read_back.set)
    for what, follower in (("state", trunks), ("agents", agents), ("probes", probes)):
        service.readiness.add_degraded(what, follower.problem)
        service.keep(follower.run, name=f"{what} follower")
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        hearing.tick(listening=not probes.problem())


async def _restored(board: Board[Any], store: StatusStore) -> None:
    while True:
        try:
            board.restore(await store.load())
            return
        except Unavailable:
            await asyncio.sleep(_AGAIN_SECONDS)


async def _serve(service: Service[Settings], parts: Parts, verifier: TokenVerifier) -> None:
    trunks, agents = Statuses(parts.trunks, no_trunk), Statuses(parts.agents, no_agent)
    title = "Keepline: which trunks can carry calls, and which agents answer"
    app = create_app("health-monitor", title, verifier, service.readiness, rates=service.rates)
    app.include_router(rest.router(trunks))
    app.include_router(rest_agents.router(agents))
    feed, topic = followed_statuses(service)
    app.include_router(rest_stream.router(Story(feed, StatusTeller(topic))))

    def add(server: grpc.aio.Server) -> None:
        add_TrunkHealthServicer_to_server(TrunkHealth(trunks, parts.trunks, parts.watchers), server)
        add_AgentHealthServicer_to_server(AgentHealth(agents), server)

    await service.serve_http(app)
    await service.serve_grpc(add, [SERVICE, AGENT_SERVICE], verifier)


def main() -> None:
    run("health-monitor", Settings, build)


if __name__ == "__main__":
    main()
