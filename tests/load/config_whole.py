"""What it costs sip-config to send a whole of many numbers to several edges that start at once.

    .venv/bin/python tests/load/config_whole.py [--numbers 1000000] [--trunks 10000] [--edges 5]

All in one process: the real feed and the real encoder, streams that take each chunk at once, and beside them
a task that measures how long the loop was held up (processor time, so that other work on the machine does not
count). The peer of the same run encodes the same resources anew for one edge. Goal: no hold-up above 50 ms.
"""

import argparse
import asyncio
import gc
import resource
import sys
import time
from datetime import UTC, datetime

from keepline.sip.v1 import switch_config_pb2 as pb
from sip_config.adapters.messages.resources import chunks, encode
from sip_config.app.node_feed import NodeFeed
from sip_config.domain.known_records import HeldNumber
from sip_config.domain.node_tables import NodeTables
from sip_config.domain.resources import NumberBody, SwitchBody
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from siptypes.endpoints import Transport

GOAL_SECONDS = 0.050
_LOOK_SECONDS = 0.001


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--trunks", type=int, default=10_000)
    parser.add_argument("--edges", type=int, default=5)
    asked = parser.parse_args()
    feed = NodeFeed(NodeTables(encode, [SwitchBody("sw1", "127.0.0.1", 5080)]))
    began = time.perf_counter()
    _fill(feed, asked.trunks, asked.numbers)
    filled = time.perf_counter() - began
    feed.complete("trunks")
    feed.complete("numbers")
    feed.complete("agents")
    gc.collect()
    gc.freeze()
    watching = asyncio.create_task(_hold_ups())
    began = time.perf_counter()
    sizes = await asyncio.gather(*(_stream(feed) for _ in range(asked.edges)))
    took = time.perf_counter() - began
    watching.cancel()
    worst = await watching
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each, anew = took / asked.edges, _anew(asked.numbers)
    lines = [
        f"{asked.numbers} numbers, {asked.trunks} trunks; {sizes[0] / 1e6:.0f} MB, {asked.edges} edges",
        f"taken in, one by one              {filled:.1f} s, {memory:.0f} MB in memory",
        f"sent to all edges within          {took:.2f} s, {each:.2f} s for each",
        f"encoded anew for one edge         {anew:.2f} s",
        f"anew / sent, for one edge         {anew / each:.0f}",
        f"longest hold-up of the loop       {worst * 1000:.1f} ms",
        f"share of the goal of {GOAL_SECONDS * 1000:g} ms       {worst / GOAL_SECONDS:.2f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _fill(feed: NodeFeed, trunks: int, numbers: int) -> None:
    now = datetime.now(UTC)
    for n in range(trunks):
        endpoint = Endpoint(f"11.{n >> 16}.{n >> 8 & 255}.{n & 255}", 5060, Transport.UDP)
        fields = TrunkFields("Trunk", ("203.0.113.0/30",), "DE", (endpoint,), True)
        name = f"trk_{n:026d}"
        feed.trunk_written(Trunk(name, f"t_{n % 500}", 1, f"trk-{n:026d}.sip.example", fields, now, now))
    for n in range(numbers):
        trunk = n % trunks
        feed.number_written(
            HeldNumber(f"num_{n:026d}", f"t_{trunk % 500}", 1, f"+44{n:010d}", f"trk_{trunk:026d}")
        )


async def _stream(feed: NodeFeed) -> int:
    """Bytes of a whole; gives others a turn after each chunk, as a stream's write does."""
    size = 0
    for chunk in chunks(feed.news(""), pb.OperatorWord()):
        size += len(chunk)
        await asyncio.sleep(0)
    return size


async def _hold_ups() -> float:
    """The longest time in which the loop ran nothing else."""
    worst = 0.0
    try:
        while True:
            began = time.thread_time()
            await asyncio.sleep(_LOOK_SECONDS)
            worst = max(worst, time.thread_time() - began)
    except asyncio.CancelledError:
        return worst


def _anew(numbers: int) -> float:
    """Seconds to encode all numbers for one edge, from the time of some of them."""
    some = min(numbers, 20_000)
    began = time.perf_counter()
    for n in range(some):
        encode(NumberBody(f"+44{n:010d}", "trk-00000000000000000000000001.sip.example"))
    return (time.perf_counter() - began) * numbers / some


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
