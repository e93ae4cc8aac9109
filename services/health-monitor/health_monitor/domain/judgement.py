"""What comes of judging a trunk or an agent, before anybody is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from health_monitor.domain.reading import Reading
from health_monitor.domain.status import EndpointStatus, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    sentence: str
    endpoints: tuple[EndpointStatus, ...]


def rows(heard: Iterable[Reading]) -> tuple[EndpointStatus, ...]:
    """By endpoint and edge. What was not answered yet is not reachable."""
    found = [EndpointStatus(r.endpoint, r.edge_id, bool(r.reachable), r.latency_ms) for r in heard]
    return tuple(sorted(found, key=lambda row: (row.endpoint, row.edge_id)))
