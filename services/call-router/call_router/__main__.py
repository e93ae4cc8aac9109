"""Wires the router: disk first, then the switch, so that calls are routed whatever else is away.

Decides when the switch asks. Of the routers beside one switch one also watches it, and tells by way of its
disk. Ready: it has a table and takes hand-overs. It knows no database, no relay and no call record
(.importlinter refuses them here; see control.py).
"""

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from call_router.adapters.disk.watch_lock import WatchLock
from call_router.adapters.kafka.spooled_events import SpooledEvents
from call_router.adapters.kafka.switch_orders import SwitchOrders
from call_router.adapters.kept_table import keep_table, missing
from call_router.adapters.switch.hand_overs import HandOvers
from call_router.adapters.switch.happenings import ONLY
from call_router.adapters.switch.watching import SwitchWatch, WatchParts
from call_router.domain.table import RoutingTable
from call_router.settings import Settings
from servicekit.kafka import Producer
from servicekit.lifecycle import Service, run
from servicekit.spool import Spool, SpooledProducer
from servicekit.telemetry.logging import logger
from switchlink.esl import EslLink
from switchlink.handover import HandOverServer

_log = logger(__name__)
_LOOK_SECONDS = 0.05
# the events of a call come in clumps: one wake-up for each costs more than what is done with it
_GATHER_SECONDS = 0.05


async def build(service: Service[Settings]) -> None:
    settings = service.settings
    producer = Producer(settings.kafka, f"call-router-{settings.switch.id}-{settings.router_id}")
    service.stack.push_async_callback(producer.stop)
    service.readiness.add_degraded("broker", producer.problem)
    service.keep(producer.watch, name="broker watch")
    orders = SwitchOrders(settings.switch.id)
    table = keep_table(service, orders)
    service.readiness.add("table", partial(missing, table))
    _watch(service, producer, orders)
    _decide(service, table)
    await _serve(service, table)


def _decide(service: Service[Settings], table: RoutingTable) -> None:
    settings = service.settings
    # chance divides calls between agents, it guards nothing
    hand_overs = HandOvers(table, service.clock, random.random, settings.router_id)
    server = HandOverServer(hand_overs.decide, *settings.handover.address)
    service.stack.push_async_callback(server.aclose)

    async def take() -> None:
        """Before there is a table the switch is to ask another router."""
        while not table.ready:  # noqa: ASYNC110  it is filled by other code, once
            await asyncio.sleep(_LOOK_SECONDS)
        await server.start()
        _log.info("taking hand-overs", port=server.address[1])

    taking = service.spawn(take(), name="hand-overs")
    service.readiness.add("hand-overs", lambda: "" if server.listens else "none are taken yet")

    def leave() -> str | None:
        """From now on the switch asks another router."""
        taking.cancel()
        server.refuse_new()
        return f"{server.under_way} hand-overs" if server.under_way else None

    service.on_drain("hand-overs", leave)


def _watch(service: Service[Settings], producer: Producer, orders: SwitchOrders) -> None:
    settings, switch = service.settings, service.settings.switch
    events = SpooledProducer(Spool(settings.data_dir / "spool", settings.spool_bytes), producer)
    password = switch.password()
    lock = WatchLock(switch.watch_dir, settings.router_id)
    service.stack.callback(lock.close)

    def link_to(names: Sequence[str]) -> EslLink:
        """The one that hears gathers; the one that asks waits for answers."""
        gather, only = (_GATHER_SECONDS, ONLY) if names else (0.0, ())
        return EslLink(switch.host, switch.port, password, names, gather_seconds=gather, only=only)

    watch = SwitchWatch(
        WatchParts(
            switch.watch_dir,
            lock,
            link_to,
            SpooledEvents(events, switch.id),
            events.kept,
            service.clock,
            orders,
            settings.watched_trunks,
            settings.numbers.hash(),
        )
    )
    service.readiness.add_degraded("events", events.problem)
    service.readiness.add_degraded("switch", watch.problem)
    service.keep(events.run, name="event spool")
    service.keep(watch.run, name="watch")
    service.on_drain("events", events.waiting)


async def _serve(service: Service[Settings], table: RoutingTable) -> None:
    """Its modules take a fifth of a start to import: a call is not kept waiting for them."""
    for name in ("call_router.adapters.served", "servicekit.grpc.server", "servicekit.http.server"):
        await asyncio.to_thread(import_module, name)
    from call_router.adapters.served import serve  # noqa: PLC0415

    await serve(service, table)


def main() -> None:
    run("call-router", Settings, build)


if __name__ == "__main__":
    main()
