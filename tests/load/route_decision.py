"""How long a decision takes, and against what: prints ratios of one run, judges nothing by itself.

    .venv/bin/python tests/load/route_decision.py [--numbers 1000 100000 1000000] [--rounds 20000]

A thousand tenants hold ten thousand trunks, and the numbers are spread over them; each number has a plan of
its own. Beside `route()` two others are measured on the same calls in the same run: one dict lookup (the
floor: no decision can be cheaper) and a linear scan over all numbers and plans until one fits (what a list of
rules costs). All sizes and both rivals take turns, so that whatever else the machine does hits all of them.
Goals: p50 at most 20 us and p99 at most 100 us at 100,000 numbers; from the smallest to the largest table at
most 1.5 times.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.plan import Plan
from call_router.domain.records import Endpoint, Number, Trunk
from call_router.domain.route import Call, Decision, route
from call_router.domain.table import RoutingTable
from siptypes.country_rules import rules_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TENANTS = 1_000
TRUNKS = 10_000
SCANS = 30
BATCH = 500
GOAL_P50, GOAL_P99, GOAL_GROWTH = 20.0, 100.0, 1.5
Decide = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Subject:
    """One table, the calls to it, and what is compared."""

    numbers: int
    calls: list[Call]
    decide: Decide
    look_up: Decide
    scan: Decide
    decisions: list[float] = field(default_factory=list)
    lookups: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--numbers", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=20_000)
    asked = parser.parse_args()
    gc.disable()
    subjects = [_subject(numbers, asked.rounds) for numbers in sorted(asked.numbers)]
    gc.freeze()
    for start in range(0, asked.rounds, BATCH):
        for subject in subjects:
            batch = subject.calls[start : start + BATCH]
            subject.decisions.extend(_timed(subject.decide, batch))
            subject.lookups.extend(_timed(subject.look_up, batch))
    _print(subjects)
    return 0


def _subject(numbers: int, rounds: int) -> Subject:
    table, plans = _table(numbers)
    index = {held.number.e164: held.number for held in table.number_index.held.values()}
    held = list(index.values())

    def decide(call: Call) -> object:
        return route(call, table, NOW, 0.5)

    def look_up(call: Call) -> object:
        return index.get(call.called)

    def scan(call: Call) -> object:
        return _scan(call, held, plans)

    calls = [_call(index) for index in random.Random(1).choices(range(numbers), k=rounds)]
    answered = [decide(call) for call in calls[:100]]
    assert all(isinstance(one, Decision) and len(one.legs) == 2 for one in answered)
    return Subject(numbers, calls, decide, look_up, scan)


def _timed(work: Decide, calls: Sequence[Call]) -> list[float]:
    """Microseconds of each, with the clock's own cost."""
    clock, taken = time.perf_counter_ns, []
    for call in calls:
        began = clock()
        work(call)
        taken.append((clock() - began) / 1000)
    return taken


def _scan(call: Call, numbers: Sequence[Number], plans: Sequence[Plan]) -> Plan | None:
    for number in numbers:
        if number.trunk_id == call.trunk_id and number.tenant_id == call.tenant_id:
            national = "0" + number.e164[3:]
            if call.called in (number.e164, national):
                return next(
                    (p for p in plans if p.tenant_id == call.tenant_id and number.e164 in p.numbers), None
                )
    return None


def _place(index: int) -> tuple[str, str, str]:
    """Tenant, trunk and number of the index; fresh strings each time, as they come off a socket."""
    trunk = index % TRUNKS
    return f"t_{trunk % TENANTS}", f"trk_{trunk}", f"+44{2_000_000_000 + index}"


def _call(index: int) -> Call:
    """As most carriers write it: national."""
    tenant, trunk, e164 = _place(index)
    return Call(tenant, trunk, "0" + e164[3:], "+4917012345678", "127.0.1.5:5060", f"call_{index}")


def _table(numbers: int) -> tuple[RoutingTable, list[Plan]]:
    table = RoutingTable(rules_of)
    table.ready = True
    for index in range(TRUNKS):
        tenant, trunk, _ = _place(index)
        table.apply(Trunk(trunk, tenant, 1, "x", "GB", True, (Endpoint("10.0.0.1", 5060, "udp"),)))
        sip, human = SipAgent(f"sip:{trunk}@agents.example"), HumanAgent(trunk, "100")
        table.apply(Agent(f"agt_{trunk}", tenant, 1, "Agent", sip, 20, NOW, NOW))
        table.apply(Agent(f"agh_{trunk}", tenant, 1, "Person", human, 20, NOW, NOW))
    plans = []
    for index in range(numbers):
        tenant, trunk, e164 = _place(index)
        table.apply(Number(f"num_{index}", tenant, 1, e164, trunk))
        plan = Plan(f"pln_{index}", tenant, 1, "x", (e164,), f"agt_{trunk}", f"agh_{trunk}", False, NOW, NOW)
        table.apply(plan)
        plans.append(plan)
    random.Random(2).shuffle(plans)
    return table, plans


def _at(values: Sequence[float], quantile: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * quantile))]


def _print(subjects: Sequence[Subject]) -> None:
    say = sys.stdout.write
    say(f"{'numbers':>10} {'p50 us':>8} {'p99 us':>8} {'x dict':>8} {'scan / route':>13}\n")
    for one in subjects:
        p50 = _at(one.decisions, 0.5)
        ratio, gain = p50 / _at(one.lookups, 0.5), _at(_timed(one.scan, one.calls[:SCANS]), 0.5) / p50
        say(f"{one.numbers:>10,} {p50:>8.1f} {_at(one.decisions, 0.99):>8.1f} {ratio:>8.1f} {gain:>13,.0f}\n")
    first, last = subjects[0], subjects[-1]
    growth = _at(last.decisions, 0.5) / _at(first.decisions, 0.5)
    say(f"growth {first.numbers:,} to {last.numbers:,}: {growth:.2f} (goal {GOAL_GROWTH})\n")
    say(f"goals at 100,000 numbers: p50 {GOAL_P50:.0f} us, p99 {GOAL_P99:.0f} us\n")


if __name__ == "__main__":
    raise SystemExit(main())
