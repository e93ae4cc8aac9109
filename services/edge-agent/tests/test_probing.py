"""The prober: its share only, spread over time, and told when something changed."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from edge_agent.adapters.kafka.probe_topic import TOPIC, ProbeRecords
from edge_agent.app.probe_reports import WaitingReports
from edge_agent.app.probing import AT_ONCE, Probing
from edge_agent.domain.probe import Outcome, ProbedEndpoint, ProbeState
from edge_agent.domain.probe_report import AliveReport, ReadingReport, Report
from servicekit.clock import SystemClock
from servicekit.errors import Unavailable
from servicekit.testing import MemoryProducer, until

INTERVAL_SECONDS = 0.06


def endpoint(place: int) -> ProbedEndpoint:
    return ProbedEndpoint(f"192.0.2.{place}", 5060, "udp")


@dataclass
class Providers:
    """Implements OptionsProbe."""

    answer: Callable[[ProbedEndpoint], Outcome | None] = lambda _: Outcome(200, 1.0)
    asked: Counter[ProbedEndpoint] = field(default_factory=Counter)
    under_way: int = 0
    most: int = 0
    slow: asyncio.Event | None = None

    async def ask(self, endpoint: ProbedEndpoint) -> Outcome | None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.asked[endpoint] += 1
        if self.slow is not None:
            await self.slow.wait()
        self.under_way -= 1
        return self.answer(endpoint)


@dataclass
class Heard:
    """Implements ProbeReports."""

    readings: list[tuple[ProbedEndpoint, bool | None]] = field(default_factory=list)
    lost: list[ProbedEndpoint] = field(default_factory=list)
    lives: list[tuple[datetime | None, int]] = field(default_factory=list)

    def reading(self, endpoint: ProbedEndpoint, state: ProbeState, at: datetime) -> None:
        self.readings.append((endpoint, state.reachable))

    def gone(self, endpoint: ProbedEndpoint) -> None:
        self.lost.append(endpoint)

    def alive(self, at: datetime, complete_since: datetime | None, endpoints: int) -> None:
        self.lives.append((complete_since, endpoints))


@asynccontextmanager
async def probing(providers: Providers, heard: Heard, per_second: int = 1000) -> AsyncIterator[Probing]:
    made = Probing(
        "edge1",
        providers,
        heard,
        SystemClock(),
        lambda: 0.5,
        interval_seconds=INTERVAL_SECONDS,
        per_second=per_second,
    )
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()


async def test_each_endpoint_is_probed_again_and_again_and_told_once() -> None:
    providers, heard = Providers(), Heard()
    async with probing(providers, heard) as prober:
        prober.share({endpoint(1), endpoint(2)}, ["edge1"])
        await until(lambda: min(providers.asked[endpoint(n)] for n in (1, 2)) >= 4)
    assert sorted(heard.readings) == [(endpoint(1), True), (endpoint(2), True)]


async def test_two_edges_of_three_probe_an_endpoint() -> None:
    edges = ["edge1", "edge2", "edge3"]
    everything = {endpoint(n) for n in range(1, 31)}
    shares: Counter[ProbedEndpoint] = Counter()
    for node in edges:
        prober = Probing(
            node, Providers(), Heard(), SystemClock(), lambda: 0.5, interval_seconds=30, per_second=50
        )
        prober.share(everything, edges)
        shares.update(prober.endpoints)
    assert shares == dict.fromkeys(everything, 2)


async def test_an_endpoint_that_falls_silent_is_told_once() -> None:
    silent: set[ProbedEndpoint] = set()
    providers = Providers(lambda e: Outcome(0) if e in silent else Outcome(200, 1.0))
    heard = Heard()
    async with probing(providers, heard) as prober:
        prober.share({endpoint(1)}, [])
        await until(lambda: heard.readings)
        silent.add(endpoint(1))
        await until(lambda: len(heard.readings) > 1)
        asked = providers.asked[endpoint(1)]
        await until(lambda: providers.asked[endpoint(1)] >= asked + 2)
    assert heard.readings == [(endpoint(1), True), (endpoint(1), False)]


async def test_what_is_no_longer_shared_is_probed_no_more_and_said_to_be_gone() -> None:
    providers, heard = Providers(), Heard()
    async with probing(providers, heard) as prober:
        prober.share({endpoint(1), endpoint(2)}, [])
        await until(lambda: len(heard.readings) == 2)
        prober.share({endpoint(2)}, [])
        before = providers.asked[endpoint(1)]
        asked = providers.asked[endpoint(2)]
        await until(lambda: providers.asked[endpoint(2)] >= asked + 4)
    assert heard.lost == [endpoint(1)]
    assert providers.asked[endpoint(1)] <= before + 1


async def test_an_edge_that_cannot_be_asked_says_nothing_about_the_endpoint() -> None:
    providers, heard = Providers(lambda _: None), Heard()
    async with probing(providers, heard) as prober:
        prober.share({endpoint(1)}, [])
        await until(lambda: providers.asked[endpoint(1)] >= 5)
    assert heard.readings == []


async def test_readings_are_complete_once_each_endpoint_of_the_first_share_is_known() -> None:
    known: set[ProbedEndpoint] = {endpoint(1)}
    providers = Providers(lambda e: Outcome(200, 1.0) if e in known else None)
    heard = Heard()
    async with probing(providers, heard) as prober:
        prober.share({endpoint(1), endpoint(2)}, [])
        await until(lambda: providers.asked[endpoint(2)] >= 3)
        assert {since for since, _ in heard.lives} == {None}
        known.add(endpoint(2))
        await until(lambda: heard.lives[-1][0] is not None)
    assert heard.lives[-1][1] == 2


async def test_what_was_under_way_in_a_crash_is_probed_again() -> None:
    crashes = [KeyError("what Kamailio never says")]

    def answer(_: ProbedEndpoint) -> Outcome:
        if crashes:
            raise crashes.pop()
        return Outcome(200, 1.0)

    everything = {endpoint(n) for n in range(1, 4)}
    prober = Probing(
        "edge1",
        Providers(answer),
        heard := Heard(),
        SystemClock(),
        lambda: 0.5,
        interval_seconds=INTERVAL_SECONDS,
        per_second=1000,
    )
    prober.share(everything, [])
    with pytest.raises(ExceptionGroup):
        await prober.run()
    again = asyncio.create_task(prober.run())
    await until(lambda: {one for one, _ in heard.readings} == everything)
    again.cancel()


async def test_an_endpoint_that_goes_and_comes_back_is_probed_no_more_often() -> None:
    providers, heard = Providers(), Heard()
    async with probing(providers, heard) as prober:
        for _ in range(20):
            prober.share({endpoint(2)}, [])
            prober.share({endpoint(1), endpoint(2)}, [])
        await until(lambda: providers.asked[endpoint(2)] >= 8)
    assert providers.asked[endpoint(1)] <= 2 * providers.asked[endpoint(2)]


async def test_one_that_was_named_a_moment_ago_is_probed_at_once_and_its_first_miss_told() -> None:
    providers, heard = Providers(lambda e: Outcome(0) if e == endpoint(1) else Outcome(200, 1.0)), Heard()
    made = Probing(
        "edge1", providers, heard, SystemClock(), lambda: 1.0, interval_seconds=3600, per_second=100
    )
    task = asyncio.create_task(made.run())
    made.share({endpoint(3)}, ["edge1"])  # of the start: within ten minutes
    made.share({endpoint(1), endpoint(2), endpoint(3)}, ["edge1"])
    await until(lambda: len(heard.readings) == 2)
    task.cancel()
    assert set(heard.readings) == {(endpoint(1), None), (endpoint(2), True)}
    assert providers.asked == {endpoint(1): 1, endpoint(2): 1}


async def test_who_names_one_after_the_other_does_not_hold_up_the_others() -> None:
    providers = Providers()
    async with probing(providers, Heard(), per_second=50) as prober:
        prober.share({endpoint(1)}, ["edge1"])

        async def name_more() -> None:
            """Quicker than they can be probed."""
            for place in itertools.count(2):
                prober.share({endpoint(1), endpoint(place), endpoint(place + 1)}, ["edge1"])
                await asyncio.sleep(0.005)

        naming = asyncio.create_task(name_more())
        await until(lambda: providers.asked[endpoint(1)] >= 3)
        naming.cancel()


@pytest.mark.parametrize(
    ("name", "new", "edges"),
    [("what another edge leaves", 1, ["edge1", "edge2"]), ("more than a second's worth", 101, ["edge1"])],
)
async def test_what_nobody_waits_for_is_spread(name: str, new: int, edges: list[str]) -> None:
    providers = Providers()
    made = Probing(
        "edge1", providers, Heard(), SystemClock(), lambda: 1.0, interval_seconds=3600, per_second=100
    )
    made.share(set(), ["edge1"])
    made.share({endpoint(n) for n in range(1, new + 1)}, edges)
    made.share({endpoint(n) for n in range(1, new + 2)}, edges)
    task = asyncio.create_task(made.run())
    await until(lambda: providers.asked)
    task.cancel()
    assert set(providers.asked) == {endpoint(new + 1)}


async def test_silent_endpoints_do_not_take_more_than_their_places() -> None:
    providers, heard = Providers(slow=asyncio.Event()), Heard()
    async with probing(providers, heard, per_second=10_000) as prober:
        prober.share({endpoint(n) for n in range(1, 151)}, [])
        await until(lambda: providers.under_way == AT_ONCE)
        assert providers.slow is not None
        providers.slow.set()
        await until(lambda: len(heard.readings) == 150)
    assert providers.most == AT_ONCE


@dataclass
class Broker:
    """Implements ProbeTopic."""

    away: bool = True
    tries: int = 0
    records: list[tuple[str, Report]] = field(default_factory=list)

    async def send(self, reports: Sequence[tuple[str, Report]]) -> None:
        self.tries += 1
        if self.away:
            raise Unavailable("broker_unavailable", "away")
        self.records += reports


async def test_the_newest_report_of_each_key_gets_through_when_the_broker_returns() -> None:
    broker, now = Broker(), SystemClock().now()
    reports = WaitingReports("edge1", broker)
    task = asyncio.create_task(reports.run())
    up, down = ProbeState(reachable=True, since=now), ProbeState(reachable=False, since=now)
    reports.reading(endpoint(1), up, now)
    await until(lambda: broker.tries)
    reports.reading(endpoint(1), down, now)
    reports.reading(endpoint(2), up, now)
    reports.gone(endpoint(2))
    reports.alive(now, None, 2)
    assert reports.problem() == "away"
    broker.away = False
    await until(lambda: reports.problem() == "" and len(broker.records) == 3)
    task.cancel()
    assert dict(broker.records) == {
        "edge1/udp:192.0.2.1:5060": ReadingReport(endpoint(1), down, now),
        "edge1/udp:192.0.2.2:5060": None,
        "edge1": AliveReport(now, None, 2),
    }


async def test_a_report_that_the_broker_refuses_holds_up_no_other() -> None:
    producer, now = MemoryProducer(), SystemClock().now()
    producer.broker.refuses = lambda record: "192.0.2.1" in record.key
    up = ProbeState(reachable=True, since=now)
    reports = [(f"edge1/{endpoint(n).name}", ReadingReport(endpoint(n), up, now)) for n in (1, 2, 3)]
    await ProbeRecords(producer, "edge1", SystemClock()).send(reports)
    assert {record.key for record in producer.broker.records(TOPIC)} == {key for key, _ in reports[1:]}
