"""What the prober tells: a reading, a sign of life, or that an endpoint is probed no more (None)."""

from dataclasses import dataclass
from datetime import datetime

from edge_agent.domain.probe import ProbedEndpoint, ProbeState


@dataclass(frozen=True, slots=True)
class ReadingReport:
    endpoint: ProbedEndpoint
    state: ProbeState
    at: datetime


@dataclass(frozen=True, slots=True)
class AliveReport:
    """complete_since: None until this life of the prober knows every endpoint of its first share."""

    at: datetime
    complete_since: datetime | None
    endpoints: int


Report = ReadingReport | AliveReport | None
