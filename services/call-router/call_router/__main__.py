"""Wires the router: disk first, then the switch, so that calls are routed whatever else is away.

Decides and watches, and tells by way of the disk. It knows no database, no relay and no call record:
.importlinter refuses them here; see control.py.
"""

import random
from functools import partial

import grpc.aio

from call_router.adapters.grpc_route import SERVICE as CALL_ROUTING
from call_router.adapters.grpc_route import CallRouting
from call_router.adapters.kept_table import keep_table, missing
from call_router.adapters.open_calls import OpenCalls
from call_router.adapters.spooled_events import SpooledEvents
from call_router.adapters.switch_calls import SwitchCalls
from call_router.adapters.switch_control import EslControl
from call_router.adapters.switch_events import NAMES
from call_router.app.dry_run import DryRun
from call_router.app.live_calls import LiveCalls
from call_router.domain.table import RoutingTable
from call_router.settings import Settings
from keepline.routing.v1.call_routing_pb2_grpc import add_CallRoutingServicer_to_server
from servicekit.auth import TokenVerifier
from servicekit.http import create_app
from servicekit.kafka import Producer
from servicekit.lifecycle import Service, run
from servicekit.spool import Spool, SpooledProducer
from switchlink.esl import EslLink


async def build(service: Service[Settings]) -> None:
    settings = service.settings
    producer = Producer(settings.kafka.bootstrap, f"call-router-{settings.switch.id}")
    service.stack.push_async_callback(producer.stop)
    service.readiness.add_degraded("broker", producer.problem)
    service.keep(producer.watch, name="broker watch")
    table = keep_table(service)
    service.readiness.add("table", partial(missing, table))
    await _carry_calls(service, table, producer)
    await _serve(service, table)


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
    service.keep(events.run, name="event spool")
    service.keep(open_calls.run, name="open calls")
    service.spawn(SwitchCalls(link, calls, control, service.clock).run(), name="switch calls")
    service.on_drain("calls", calls.drain)
    service.on_drain("switch", control.waiting)
    service.on_drain("events", events.waiting)


async def _serve(service: Service[Settings], table: RoutingTable) -> None:
    verifier = TokenVerifier.from_settings(service.settings.auth)
    dry_run = DryRun(table, service.clock, random.random)

    def add(server: grpc.aio.Server) -> None:
        add_CallRoutingServicer_to_server(CallRouting(dry_run), server)

    about = "Keepline: routes calls; the API is call-control's"
    await service.serve_http(create_app("call-router", about, verifier, service.readiness))
    await service.serve_grpc(add, [CALL_ROUTING], verifier)


def main() -> None:
    run("call-router", Settings, build)


if __name__ == "__main__":
    main()
