"""How many gRPC `Route` calls a router answers, beside a bare grpc.aio echo of the same run.

    .venv/bin/python tests/load/grpc_route.py [--in-flight 32] [--rounds 5] [--seconds 3]

The router is a whole process (`python -m call_router`) with a table of 1,000 numbers from its disk; no broker
and no switch answers it. Each call carries a token and a deadline, is counted, traced and answered with the
whole decision. The echo is a process with one handler that returns the bytes it got, on the same event loop
(uvloop), without a token.
Goal at 32 in flight: 0.7.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import grpc.aio
from route_decision import _call, _table
from router_cold import _settings
from side_by_side import Ask, Side, compare, told

from call_router.adapters.disk.table_snapshot import TableSnapshot
from harness.process import Process
from keepline.routing.v1.call_routing_pb2 import RouteRequest
from keepline.routing.v1.call_routing_pb2_grpc import CallRoutingStub
from servicekit.auth.dev_issuer import DevIssuer
from switchlink.testing.free_ports import free_port

GOAL = 0.7
NUMBERS = 1_000
_PATIENCE_SECONDS = 60.0
_DEADLINE_SECONDS = 5.0
_ECHO = """
import asyncio, sys
import grpc, grpc.aio, uvloop

async def echo(request, _context):
    return request

async def main():
    server = grpc.aio.server()
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bare", handlers),))
    server.add_insecure_port(sys.argv[1])
    await server.start()
    await server.wait_for_termination()

asyncio.run(main())
"""


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        router, to_router, issuer = await _router(Path(folder))
        to_echo = f"127.0.0.1:{free_port()}"
        echo = Process("echo", [sys.executable, "-c", _ECHO, to_echo], Path(folder) / "echo.log")
        await asyncio.gather(router.start(), echo.start())
        try:
            async with (
                grpc.aio.insecure_channel(to_router) as ours,
                grpc.aio.insecure_channel(to_echo) as bare,
            ):
                route = _route_asker(ours, issuer)
                echoing = _echo_asker(bare)
                await router.ready(_answers(route), _PATIENCE_SECONDS, "Route answers")
                await echo.ready(_answers(echoing), _PATIENCE_SECONDS, "it answers")
                sides = [
                    Side("bare grpc.aio echo", echo.pid, [echoing] * asked.in_flight),
                    Side("Route", router.pid, [route] * asked.in_flight),
                ]
                await compare(sides, asked.rounds, asked.seconds)
        finally:
            await asyncio.gather(router.stop(), echo.stop())
    told(sides[1], sides[0], GOAL)
    return 0


async def _router(folder: Path) -> tuple[Process, str, DevIssuer]:
    table, _ = _table(NUMBERS)
    await TableSnapshot(folder / "routing-table.snapshot", table).save()
    issuer, target = DevIssuer.create(folder / "keys"), f"127.0.0.1:{free_port()}"
    settings = {
        **_settings(folder, free_port(), f"127.0.0.1:{free_port()}"),
        "KEEPLINE_AUTH__JWKS_FILE": str(issuer.jwks_file),
        "KEEPLINE_GRPC__LISTEN": target,
        "KEEPLINE_LIMITS__TENANT_REQUESTS": "1000000",
        "KEEPLINE_LOG__LEVEL": "info",
    }
    return (
        Process("router", [sys.executable, "-m", "call_router"], folder / "router.log", env=settings),
        target,
        issuer,
    )


def _route_asker(channel: grpc.aio.Channel, issuer: DevIssuer) -> Ask:
    call = _call(NUMBERS // 2)
    metadata = (("authorization", f"Bearer {issuer.token(call.tenant_id)}"),)
    request = RouteRequest(trunk_id=call.trunk_id, called=call.called, caller=call.caller)
    stub = CallRoutingStub(channel)

    async def ask() -> None:
        answer = await stub.Route(request, timeout=_DEADLINE_SECONDS, metadata=metadata)
        assert len(answer.decision.legs) == 2, answer

    return ask


def _echo_asker(channel: grpc.aio.Channel) -> Ask:
    call = _call(NUMBERS // 2)
    sent = RouteRequest(trunk_id=call.trunk_id, called=call.called, caller=call.caller).SerializeToString()
    echo = channel.unary_unary("/bare/Echo")

    async def ask() -> None:
        assert await echo(sent, timeout=_DEADLINE_SECONDS) == sent

    return ask


def _answers(ask: Ask) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        try:
            await ask()
        except grpc.aio.AioRpcError:
            return False
        return True

    return answers


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
