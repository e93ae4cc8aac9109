"""Endpoints are shared out among edges: evenly, the same everywhere, and with few moves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.domain.probe_shares import probers

EDGES = st.sets(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=12)
ENDPOINT = st.from_regex(r"udp:[0-9]{1,3}\.[0-9]{1,3}\.2\.1:5060", fullmatch=True)


@given(ENDPOINT, EDGES)
def test_two_distinct_edges_probe_an_endpoint_or_all_that_there_are(endpoint: str, edges: set[str]) -> None:
    chosen = probers(endpoint, edges)
    assert len(set(chosen)) == len(chosen) == min(2, len(edges))
    assert set(chosen) <= edges
    assert chosen == probers(endpoint, sorted(edges, reverse=True))


@given(ENDPOINT, EDGES, st.data())
def test_an_edge_that_goes_moves_only_what_it_probed(
    endpoint: str, edges: set[str], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(sorted(edges)))
    before, after = probers(endpoint, edges), probers(endpoint, edges - {gone})
    if gone not in before:
        assert after == before
    else:
        assert [edge for edge in before if edge != gone] == after[: len(before) - 1]


def test_shares_are_about_even() -> None:
    edges = [f"edge{n}" for n in range(5)]
    counts = Counter(edge for n in range(2000) for edge in probers(f"udp:192.0.2.{n}:5060", edges))
    assert min(counts.values()) > 0.85 * 800
    assert max(counts.values()) < 1.15 * 800
