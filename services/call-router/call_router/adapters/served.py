"""What a router serves beside its duty: who would answer. Imported once it takes hand-overs."""

import random

import grpc.aio

from call_router.adapters.grpc.route import SERVICE, CallRouting
from call_router.app.dry_run import DryRun
from call_router.domain.table import RoutingTable
from call_router.settings import Settings
from keepline.routing.v1.call_routing_pb2_grpc import add_CallRoutingServicer_to_server
from servicekit.auth.serving import verifier_for
from servicekit.http import create_app
from servicekit.service import Service


async def serve(service: Service[Settings], table: RoutingTable) -> None:
    verifier = verifier_for(service)
    dry_run = DryRun(table, service.clock, random.random)

    def add(server: grpc.aio.Server) -> None:
        add_CallRoutingServicer_to_server(CallRouting(dry_run), server)

    about = "Keepline: routes calls; the API is call-control's"
    await service.serve_http(
        create_app("call-router", about, verifier, service.readiness, rates=service.rates)
    )
    await service.serve_grpc(add, [SERVICE], verifier)
