"""What grpc_route and rest_read share: two servers asked in turn, and what each answer costs."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Ask = Callable[[], Awaitable[object]]
"""One request and its answer; raises when the answer is not the expected one."""


@dataclass
class Side:
    """askers: one for each request in flight."""

    name: str
    pid: int
    askers: Sequence[Ask]
    a_second: list[float] = field(default_factory=list)
    processor_us: list[float] = field(default_factory=list)


async def compare(sides: Sequence[Side], rounds: int, seconds: float) -> None:
    """In turn, so that whatever else the machine does hits both; the first look at each is not counted."""
    for side in sides:
        await _asked(side, min(1.0, seconds))
    for _ in range(rounds):
        for side in sides:
            before = _processor_seconds(side.pid)
            answers, took = await _asked(side, seconds)
            side.a_second.append(answers / took)
            side.processor_us.append((_processor_seconds(side.pid) - before) / answers * 1e6)


async def _asked(side: Side, seconds: float) -> tuple[int, float]:
    began = time.perf_counter()
    until = began + seconds

    async def asking(ask: Ask) -> int:
        answers = 0
        while time.perf_counter() < until:
            await ask()
            answers += 1
        return answers

    counts = await asyncio.gather(*map(asking, side.askers))
    return sum(counts), time.perf_counter() - began


def _processor_seconds(pid: int) -> float:
    """proc(5): utime and stime are the 14th and 15th field, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(ours: Side, bare: Side, goal: float | None) -> None:
    say = sys.stdout.write
    say(f"{len(ours.askers)} in flight, medians of {len(ours.a_second)} rounds\n")
    for side in (bare, ours):
        say(f"{side.name:<44} {median(side.a_second):>7,.0f} a second")
        say(f" {median(side.processor_us):>7.0f} us of the server's processor each\n")
    ratio = median(ours.a_second) / median(bare.a_second)
    say(f"{'ratio':<44} {ratio:>7.2f}")
    say("\n" if goal is None else f" (goal {goal}: {'met' if ratio >= goal else 'MISSED'})\n")
