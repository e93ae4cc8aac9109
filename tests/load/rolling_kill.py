"""Calls while routers are killed in turn: none fails, and each is told once.

    .venv/bin/python tests/load/rolling_kill.py [--switches 1 2] [--rate 10] [--seconds 180] [--every 10]

One switch: SIGKILL to one of its two routers, then to the other, and so on. Two switches: to both routers of
one, then to both of the other, so that a switch has none. Each is started again by its supervisor, and the
next are killed once those before are ready. Told: calls that failed, what the edge met, and records that are
missing, doubled or unlike their call. Goal: no such call and no such record.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from harness.call_load import CallLoad, call_load
from harness.components.services import routers_of
from harness.until import NotInTime, until

# lines of the edge's log, and what they mean in the summary
MET = {
    "refused for itself": "refused by a switch without a router",
    "was silent to": "not answered by a switch within two seconds",
    "cannot be reached": "not taken by a switch's port",
    "no_switch": "refused for want of a switch",
}


RING_MS = 300


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--switches", type=int, nargs="+", choices=[1, 2], default=[1, 2])
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--every", type=float, default=10)
    asked = parser.parse_args()
    good = [await _round(switches, asked) for switches in asked.switches]
    return 0 if all(good) else 1


async def _round(switches: int, asked: argparse.Namespace) -> bool:
    async with call_load(f"load-rolling-kill-{switches}", switches) as load:
        killing = asyncio.create_task(_kill(load, _turns(switches), asked.every))
        # a 180 and a 200 that follow at once overtake one another in a loaded edge, and SIPp gives up
        done = await load.round(asked.rate, asked.seconds, "calls", hold_ms=3000, ring_ms=RING_MS)
        killing.cancel()
        killed = (await asyncio.gather(killing, return_exceptions=True))[0]
        _say(f"{switches} switches: {done.said}")
        _say_how_long(done.times)
        _say_what_went_wrong(load)
        good = await _told(load, int(asked.rate * asked.seconds))
    if not isinstance(killed, asyncio.CancelledError):
        raise SystemExit(f"the killing ended: {killed!r}")
    return good and bool(done.times)


def _turns(switches: int) -> Sequence[Sequence[str]]:
    """What is killed together, one after another."""
    if switches == 1:
        return [[name] for name in routers_of(1)]
    return [routers_of(number) for number in range(1, switches + 1)]


async def _kill(load: CallLoad, turns: Sequence[Sequence[str]], every: float) -> None:
    everybody = [name for turn in turns for name in turn]
    for number, turn in enumerate(cycle(turns), 1):
        await asyncio.sleep(every)
        await asyncio.gather(*(load.world.ready(name) for name in everybody))
        for name in turn:
            os.kill(load.world.supervised(name), signal.SIGKILL)
        _say(f"{' and '.join(turn)} killed ({number})")


def _say_how_long(times: Sequence[float]) -> None:
    if not times:
        return
    ordered = sorted(time - RING_MS for time in times)
    p50, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    _say(f"  INVITE to 200, without the ringing: p50 {p50:.0f}, p99 {p99:.0f}, longest {ordered[-1]:.0f} ms")


def _say_what_went_wrong(load: CallLoad) -> None:
    log = load.world.logs("kamailio")
    for line, meaning in MET.items():
        if count := log.count(line):
            _say(f"  {count} attempts {meaning}")
    for name in load.world.services:
        if count := load.world.logs(name).count("does not answer, it is killed"):
            _say(f"  {name} was killed by its supervisor {count} times")


async def _told(load: CallLoad, calls: int) -> bool:
    async def ended() -> bool:
        records = await load.tenant.all_calls(load.trunk_id)
        return len([one for one in records if "ended_at" in one]) >= calls

    try:
        await until(ended, 120, "the records")
    except NotInTime as late:
        _say(str(late))
    records = await load.tenant.all_calls(load.trunk_id)
    doubled = [call_id for call_id, count in Counter(one["id"] for one in records).items() if count > 1]
    odd = [one for one in records if one.get("sip_status") != 200 or not 2800 < one.get("talk_ms", 0) < 4000]
    words = f"{len(records)} records of {calls} calls, {len(doubled)} doubled, {len(odd)} unlike their call"
    _say(f"{words}   (goal: all, 0, 0)")
    for one in odd[:5]:
        _say(f"  {one['id']} {one['sip_status']} {one['hangup_cause']} {one['talk_ms']} ms")
    return len(records) == calls and not doubled and not odd


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
