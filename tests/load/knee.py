"""The highest rate at which no call fails and 99 of 100 are answered within 500 ms, beside a static dialplan.

    FREESWITCH_BIN=... .venv/bin/python tests/load/knee.py [--rounds 5] [--alone]

Both climb the same steps in turns, over the same FreeSWITCH; a step that fails is tried once more. Goal: 0.7
of the static dialplan's knee with everything running, 0.88 with `--alone` (broker, database and all that is
no router stopped). The median of the rounds counts.
"""

import argparse
import asyncio
import statistics
import sys

from harness.call_load import KEEPLINE, STATIC, CallLoad, call_load
from switchlink.freeswitch import find_freeswitch

FIRST, STEP, LAST = 15.0, 5.0, 120.0
SECONDS = 8.0
WITHIN_MS = 500.0
NOT_NEEDED = ("health-monitor", "phone-sources", "call-control", "sip-config", "kafka", "mongo")


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--alone", action="store_true")
    asked = parser.parse_args()
    if find_freeswitch() is None:
        sys.stderr.write("This needs a real FreeSWITCH: set FREESWITCH_BIN, or put it on PATH.\n")
        return 2
    found: dict[str, list[float]] = {STATIC: [], KEEPLINE: []}
    async with call_load("load-knee") as load:
        for name in NOT_NEEDED if asked.alone else ():
            await load.world.stop(name)
        for number in range(asked.rounds):
            for who, knees in found.items():
                await load.decides(who)
                knees.append(await _climb(load, f"{who.split()[0]}-{number}"))
                sys.stdout.write(f"round {number}: {who} {knees[-1]:g} calls/s\n")
                sys.stdout.flush()
    medians = {who: statistics.median(knees) for who, knees in found.items()}
    goal = 0.88 if asked.alone else 0.7
    ratio = medians[KEEPLINE] / medians[STATIC] if medians[STATIC] else 0.0
    sys.stdout.write(f"medians: {medians}; ratio {ratio:.2f}   (goal {goal})\n")
    return 0


async def _climb(load: CallLoad, label: str) -> float:
    rate, reached = FIRST, 0.0
    while rate <= LAST:
        if not await _holds(load, rate, label) and not await _holds(load, rate, f"{label}-again"):
            break
        reached, rate = rate, rate + STEP
    return reached


async def _holds(load: CallLoad, rate: float, label: str) -> bool:
    done = await load.round(rate, SECONDS, f"{label}-{rate:g}")
    return bool(done.times) and statistics.quantiles(done.times, n=100)[98] <= WITHIN_MS


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
