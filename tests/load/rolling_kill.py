"""Calls while the two routers of a switch are killed in turn: none fails, and each is told once.

    .venv/bin/python tests/load/rolling_kill.py [--rate 10] [--seconds 180] [--every 10]

SIGKILL to one router, then to the other, and so on; each is started again by its supervisor. Told: calls
that failed, and records that are missing, doubled or unlike their call. Goal: none.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections import Counter

from harness.call_load import CallLoad, call_load
from harness.components.services import ROUTERS
from harness.until import NotInTime, until


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--every", type=float, default=10)
    asked = parser.parse_args()
    async with call_load("load-rolling-kill") as load:
        killing = asyncio.create_task(_kill(load, asked.every))
        done = await load.round(asked.rate, asked.seconds, "calls", hold_ms=3000)
        killing.cancel()
        killed = (await asyncio.gather(killing, return_exceptions=True))[0]
        sys.stdout.write(f"{done.said}\n")
        good = await _told(load, int(asked.rate * asked.seconds))
    if not isinstance(killed, asyncio.CancelledError):
        raise SystemExit(f"the killing ended: {killed!r}")
    return 0 if good and done.times else 1


async def _kill(load: CallLoad, every: float) -> None:
    number = 0
    while True:
        await asyncio.sleep(every)
        name = ROUTERS[number % len(ROUTERS)]
        await load.world.ready(ROUTERS[1 - number % len(ROUTERS)])
        os.kill(load.world.supervised(name), signal.SIGKILL)
        number += 1
        sys.stdout.write(f"{name} killed ({number})\n")
        sys.stdout.flush()


async def _told(load: CallLoad, calls: int) -> bool:
    async def ended() -> bool:
        records = await load.tenant.all_calls(load.trunk_id)
        return len([one for one in records if one["ended_at"]]) >= calls

    try:
        await until(ended, 120, "the records")
    except NotInTime as late:
        sys.stdout.write(f"{late}\n")
    records = await load.tenant.all_calls(load.trunk_id)
    doubled = [call_id for call_id, count in Counter(one["id"] for one in records).items() if count > 1]
    odd = [one for one in records if one["sip_status"] != 200 or not 2800 < one["talk_ms"] < 4000]
    words = f"{len(records)} records of {calls} calls, {len(doubled)} doubled, {len(odd)} unlike their call"
    sys.stdout.write(f"{words}   (goal: all, 0, 0)\n")
    for one in odd[:5]:
        sys.stdout.write(f"  {one['id']} {one['sip_status']} {one['hangup_cause']} {one['talk_ms']} ms\n")
    return len(records) == calls and not doubled and not odd


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
