"""What the door adds to a REST read and to a gRPC call.

    .venv/bin/python tests/load/door.py [--calls 2000]

One trunk is read, one request after the other, over kept connections; the peer of each figure is the same
request without the door: the two take turns, request by request, so that both meet the same machine.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from harness.tenant import Body, Tenant
from harness.world import running_world
from keepline.sip.v1.trunk_service_pb2 import GetTrunkRequest
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub

# a pair then stays below what one tenant may ask of one server in a second
_PAUSE_SECONDS = 0.012
_WARM_UP = 20

Ask = Callable[[], Awaitable[object]]


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=2000, help="of each kind, on each way")
    asked = parser.parse_args()
    async with running_world("load-door") as world:
        direct, through = world.tenant("t_load"), world.tenant("t_load", through_door=True)
        trunk = await direct.create_trunk("Read")
        lines = [f"{asked.calls} of each, one after the other, over kept connections"]
        for what, of in (("REST read", _rest), ("gRPC call", _grpc)):
            seconds = await _in_turn([of(direct, trunk), of(through, trunk)], asked.calls)
            lines += _told(what, *seconds)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _rest(tenant: Tenant, trunk: Body) -> Ask:
    client, path = tenant.rest("sip-config"), f"/api/v1/sip/trunks/{trunk['id']}"

    async def ask() -> None:
        (await client.get(path)).raise_for_status()

    return ask


def _grpc(tenant: Tenant, trunk: Body) -> Ask:
    stub = SipTrunkServiceStub(tenant.channel("sip-config"))

    async def ask() -> None:
        await stub.GetTrunk(GetTrunkRequest(id=trunk["id"]), timeout=5)

    return ask


async def _in_turn(ways: list[Ask], calls: int) -> list[list[float]]:
    """Seconds of each request, by way."""
    seconds: list[list[float]] = [[] for _ in ways]
    for ask in ways:
        for _ in range(_WARM_UP):
            await ask()
    for number in range(calls):
        await asyncio.sleep(_PAUSE_SECONDS)
        turn = list(zip(ways, seconds, strict=True))
        for ask, found in turn if number % 2 else turn[::-1]:
            began = time.perf_counter()
            await ask()
            found.append(time.perf_counter() - began)
    return seconds


def _told(what: str, direct: list[float], through: list[float]) -> list[str]:
    alone, door = (statistics.quantiles(values, n=100) for values in (direct, through))
    lines = []
    for name, at in (("p50", 49), ("p99", 98)):
        added, ratio = (door[at] - alone[at]) * 1000, door[at] / alone[at]
        lines.append(
            f"{what}   {name}   direct {alone[at] * 1000:.2f} ms   through the door {door[at] * 1000:.2f} ms"
            f"   adds {added:+.2f} ms   ratio {ratio:.2f}"
        )
    return lines


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
