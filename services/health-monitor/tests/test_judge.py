"""What a trunk's verdict and sentence are, from what the edges observed."""

from datetime import UTC, datetime, timedelta

import pytest

from health_monitor.domain.advance import advance
from health_monitor.domain.judge import judge
from health_monitor.domain.judgement import Judgement
from health_monitor.domain.reading import Reading
from health_monitor.domain.status import Verdict
from health_monitor.domain.trunk import Endpoint, Trunk

NOW = datetime(2026, 1, 5, 14, 2, 0, tzinfo=UTC)
A = Endpoint("192.0.2.1", 5060, "udp")
B = Endpoint("2001:db8::1", 5061, "tls")


def trunk(*endpoints: Endpoint, enabled: bool = True) -> Trunk:
    return Trunk("trk_1", "t_1", 1, "Acme", enabled, endpoints)


def seen(endpoint: Endpoint, reachable: bool | None, edge: str = "edge1") -> Reading:
    return Reading(edge, endpoint, reachable, NOW, NOW, 12.0 if reachable else None)


def judged_by(given: Trunk, *heard: Reading) -> Judgement:
    return judge(given, heard, edges_alive=True)


CASES = [
    ("disabled wins over everything", trunk(A, enabled=False), [seen(A, True)], Verdict.DISABLED, "disabled"),
    ("nothing to probe", trunk(), [], Verdict.UNKNOWN, "names no provider endpoint"),
    ("nothing heard yet", trunk(A), [], Verdict.UNKNOWN, "under way"),
    ("a first miss says nothing", trunk(A), [seen(A, None)], Verdict.UNKNOWN, "under way"),
    (
        "one endpoint answers",
        trunk(A),
        [seen(A, True)],
        Verdict.HEALTHY,
        "Acme answers our probes at its endpoint.",
    ),
    ("all answer", trunk(A, B), [seen(A, True), seen(B, True)], Verdict.HEALTHY, "2 of 2 endpoints"),
    (
        "one of two is silent",
        trunk(A, B),
        [seen(A, True), seen(B, False)],
        Verdict.DEGRADED,
        "1 of 2 endpoints only: [2001:db8::1]:5061/tls has not answered our probes since 14:02:00 UTC",
    ),
    (
        "the only one is silent",
        trunk(A),
        [seen(A, False)],
        Verdict.DOWN,
        "192.0.2.1:5060/udp has not answered our probes since 14:02:00 UTC",
    ),
    (
        "one edge reaches it, another does not",
        trunk(A),
        [seen(A, False, "edge1"), seen(A, True, "edge2")],
        Verdict.HEALTHY,
        "answers",
    ),
]


@pytest.mark.parametrize(("name", "given", "heard", "verdict", "words"), CASES, ids=[c[0] for c in CASES])
def test_a_trunk_is_judged(
    name: str, given: Trunk, heard: list[Reading], verdict: Verdict, words: str
) -> None:
    judged = judge(given, heard, edges_alive=True)
    assert judged.verdict is verdict
    assert words in judged.sentence


def test_where_no_edge_is_alive_a_trunk_is_unknown() -> None:
    judged = judge(trunk(A), [], edges_alive=False)
    assert judged.verdict is Verdict.UNKNOWN
    assert "No edge has reported" in judged.sentence


def test_silence_is_dated_from_its_beginning_at_the_edge() -> None:
    since = NOW - timedelta(minutes=2)
    reading = Reading("edge1", A, False, since, NOW)
    assert "since 14:00:00" in judged_by(trunk(A), reading).sentence


def test_the_same_judgement_is_no_news() -> None:
    judged = judged_by(trunk(A), seen(A, True))
    first = advance(None, trunk(A), judged, NOW)
    assert first is not None
    assert advance(first, trunk(A), judged, NOW + timedelta(minutes=1)) is None


def test_a_new_verdict_is_news_with_its_own_since_and_the_next_version() -> None:
    first = advance(None, trunk(A), judged_by(trunk(A), seen(A, True)), NOW)
    later = NOW + timedelta(minutes=1)
    down = advance(first, trunk(A), judged_by(trunk(A), seen(A, False)), later)
    assert down is not None
    assert (down.version, down.verdict, down.since) == (2, Verdict.DOWN, later)


def test_a_trunk_that_degrades_further_keeps_its_since() -> None:
    three = trunk(A, B, Endpoint("192.0.2.3", 5060, "udp"))
    first = advance(None, three, judged_by(three, seen(A, True), seen(B, False)), NOW)
    worse_seen = [seen(A, True), seen(B, False), seen(three.endpoints[2], False)]
    worse = advance(first, three, judged_by(three, *worse_seen), NOW + timedelta(minutes=1))
    assert worse is not None
    assert (worse.version, worse.since) == (2, NOW)
