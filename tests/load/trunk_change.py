"""From the REST answer to a trunk change, to the edge refusing or taking calls by it.

    .venv/bin/python tests/load/trunk_change.py [--changes 200] [--trunks 1000]

The change switches one trunk off and on; the edge is asked for the record itself, by Kamailio's own JSON-RPC,
as often as it answers. The peer, measured in the same run, is the same look-up of a record that is there
already: what one question costs. Goal: 99 of 100 changes in force within a second.
"""

import argparse
import asyncio
import statistics
import sys
import time

from harness.tenant import Tenant
from harness.world import World, running_world
from switchlink.kamailio_rpc import KamailioSocket

GOAL_SECONDS = 1.0
_AT_ONCE = 20
_OF_ONE_TENANT = 100


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--trunks", type=int, default=1000, help="how many others there are")
    asked = parser.parse_args()
    async with running_world("load-trunk-change") as world:
        tenant = world.tenant("t_load")
        await _others(world, asked.trunks)
        trunk = await tenant.create_trunk("Changed", domain_label="changed")
        await tenant.in_force(trunk["id"], within=60)
        rpc = KamailioSocket(world.edge.rpc_socket)
        lookups = [await _lookup(rpc, trunk["domain"]) for _ in range(asked.changes)]
        changes = [await _change(tenant, rpc, trunk, on=bool(n % 2)) for n in range(asked.changes)]
        rpc.close()
    _print(changes, lookups, asked.trunks)
    return 0


async def _others(world: World, count: int) -> None:
    """Of several tenants: one may have 1,000 trunks, and its own are counted for each that it makes."""
    for first in range(0, count, _AT_ONCE):
        tenant = world.tenant(f"t_other{first // _OF_ONE_TENANT}")
        names = [f"Other {n}" for n in range(first, min(first + _AT_ONCE, count))]
        await asyncio.gather(*(tenant.create_trunk(name) for name in names))


async def _lookup(rpc: KamailioSocket, domain: str) -> float:
    began = time.perf_counter()
    await rpc.call("htable.get", ["trunk", domain])
    return time.perf_counter() - began


async def _change(tenant: Tenant, rpc: KamailioSocket, trunk: dict[str, str], *, on: bool) -> float:
    """Seconds from the answer of the API until the edge's own table says so."""
    path = f"/api/v1/sip/trunks/{trunk['id']}"
    change, headers = {"enabled": on}, {"if-match": "*"}
    answer = await tenant.rest("sip-config").patch(path, json=change, headers=headers)
    answered = time.perf_counter()
    version = str(answer.json()["version"])
    while True:
        found = await rpc.call("htable.get", ["trunk", trunk["domain"]])
        if str(found["item"]["value"]).rpartition("|")[2] == version:
            return time.perf_counter() - answered


def _print(changes: list[float], lookups: list[float], trunks: int) -> None:
    change, lookup = (statistics.quantiles(values, n=100) for values in (changes, lookups))
    lines = [
        f"{len(changes)} changes of one trunk beside {trunks} others",
        f"in force after the REST answer   p50 {change[49] * 1000:.2f} ms   p99 {change[98] * 1000:.2f} ms",
        f"one look-up at the edge          p50 {lookup[49] * 1000:.2f} ms   p99 {lookup[98] * 1000:.2f} ms",
        f"change / look-up   p50 {change[49] / lookup[49]:.1f}   p99 {change[98] / lookup[98]:.1f}",
        f"share of the goal of {GOAL_SECONDS:g} s (p99)  {change[98] / GOAL_SECONDS:.3f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
