"""What Keepline adds to the time until a call is answered, and what a call costs in processor time.

    FREESWITCH_BIN=... .venv/bin/python tests/load/post_dial_delay.py [--rate 20] [--seconds 15] [--rounds 2]

The same Kamailio and the same FreeSWITCH carry both, in turns: once with a router deciding, once with a
static dialplan that bridges every call to the same agent (the watcher still hears of those calls). The agent
answers at once. Each call's time from INVITE to 200 is SIPp's own. A round with a retransmission or a failed
call is void. Goal: p50 at most 4 ms more, p99 at most 20 ms more; a router 3 ms of processor time for each
answered call, control 2 ms; an idle router 1 % of a core.
"""

import argparse
import asyncio
import statistics
import sys

from harness.call_load import KEEPLINE, STATIC, CallLoad, call_load
from harness.components.services import ROUTERS
from switchlink.freeswitch import find_freeswitch

WARM_UP_SECONDS = 3
IDLE_SECONDS = 10.0
COUNTED = {"routers": ROUTERS, "control": ("call-control",), "switch": ("switch-1",)}


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    if find_freeswitch() is None:
        sys.stderr.write("This needs a real FreeSWITCH: set FREESWITCH_BIN, or put it on PATH.\n")
        return 2
    async with call_load("load-post-dial") as load:
        await _idle(load)
        times, spent = await _measure(load, asked)
    _print(times, spent, asked.rate)
    return 0


async def _idle(load: CallLoad) -> None:
    before = [load.processor_seconds(name) for name in ROUTERS]
    await asyncio.sleep(IDLE_SECONDS)
    used = [load.processor_seconds(name) - was for name, was in zip(ROUTERS, before, strict=True)]
    shares = ", ".join(f"{100 * seconds / IDLE_SECONDS:.1f} %" for seconds in used)
    sys.stdout.write(f"idle routers, of one core: {shares}   (goal 1 %)\n")


async def _measure(
    load: CallLoad, asked: argparse.Namespace
) -> tuple[dict[str, list[float]], dict[str, dict[str, float]]]:
    times: dict[str, list[float]] = {STATIC: [], KEEPLINE: []}
    spent = {who: dict.fromkeys(COUNTED, 0.0) for who in times}
    for number in range(-1, asked.rounds):
        for who in times:
            await load.decides(who)
            seconds = asked.seconds if number >= 0 else WARM_UP_SECONDS
            before = {what: load.processor_seconds(*names) for what, names in COUNTED.items()}
            taken = await load.round(asked.rate, seconds, f"{who.split()[0]}-{number}")
            if not taken.whole:
                raise SystemExit(f"{who} {number} is void: {taken.said}")
            if number >= 0:
                times[who] += taken.times
                for what, names in COUNTED.items():
                    spent[who][what] += load.processor_seconds(*names) - before[what]
    return times, spent


def _print(times: dict[str, list[float]], spent: dict[str, dict[str, float]], rate: float) -> None:
    found = {name: statistics.quantiles(values, n=100) for name, values in times.items()}
    static, ours = found[STATIC], found[KEEPLINE]
    lines = [f"INVITE to 200 at {rate:g} calls/s, {len(times[KEEPLINE])} calls each, milliseconds"]
    lines += [f"{name:<16} p50 {q[49]:.1f}   p99 {q[98]:.1f}" for name, q in found.items()]
    lines += [
        f"added            p50 {ours[49] - static[49]:+.1f}   p99 {ours[98] - static[98]:+.1f}   (goal 4, 20)"
    ]
    lines += [f"ratio            p50 {ours[49] / static[49]:.2f}   p99 {ours[98] / static[98]:.2f}"]
    lines += ["processor time of each answered call, milliseconds (goal: routers 3, control 2)"]
    for name, seconds in spent.items():
        each = "   ".join(f"{what} {1000 * used / len(times[name]):.1f}" for what, used in seconds.items())
        lines += [f"{name:<16} {each}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
