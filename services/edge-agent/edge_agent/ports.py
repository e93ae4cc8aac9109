"""What the agent needs from outside: the edge, its files, the control plane, and somebody to tell."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge_agent.domain.change import Change
from edge_agent.domain.probe import Outcome, ProbedEndpoint, ProbeState
from edge_agent.domain.probe_report import Report
from edge_agent.domain.records import Destination, Table
from edge_agent.domain.rejections import Rejection
from edge_agent.domain.updates import Update

MARK = "#file"  # a key beside the records: which version's file a table was loaded from
META = "meta"
VERSION, SERVING = "version", "serving"  # keys of META: what is in force, whole; whether calls may come in


class EdgeAway(Exception):
    """The edge does not answer: nothing is known of what it did with the last command."""


class EdgeRefused(Exception):
    """The edge answered that it did not do it."""


class ReloadTooSoon(EdgeRefused):
    """The destinations were reloaded a moment ago, and their readers need the old list a little longer."""


class FilesFailed(EdgeRefused):
    """The edge's files could not be written."""


class ControlAway(Exception):
    """sip-config does not answer."""


class Edge(Protocol):
    """Kamailio. One writer: the agent."""

    async def get(self, table: str, key: str) -> str | None: ...

    async def put(self, table: str, key: str, value: str) -> None: ...

    async def delete(self, table: str, key: str) -> None:
        """What is not there is deleted."""

    async def reload(self, table: str) -> None: ...

    async def counts(self) -> Mapping[str, int]:
        """Keys in each table."""

    async def started(self) -> str:
        """Another text after each start."""

    async def states(self) -> Mapping[tuple[int, str], str]:
        """Of all destinations, by set and URI."""

    async def reload_destinations(self) -> None:
        """Raises ReloadTooSoon."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the files hold: rows of both tables, the destinations, and the version noted with them."""

    version: str
    rows: Mapping[Table, Mapping[str, str]]
    destinations: tuple[Destination, ...]


class Files(Protocol):
    """The files that the edge starts from. None of it blocks the loop; writing raises FilesFailed."""

    async def write_whole(
        self,
        rows: Mapping[Table, Mapping[str, str]],
        destinations: tuple[Destination, ...],
        version: str,
    ) -> None:
        """In place of all that there was, with the version as the mark of each table."""

    async def write_change(self, change: Change) -> None: ...

    async def write_destinations(self, text: str) -> None: ...

    async def read(self) -> Stored | None:
        """None when they were never written; a broken file is set aside."""


class Control(Protocol):
    """sip-config."""

    def watch(self, running_version: str) -> AsyncIterator[Update]:
        """Ends or raises ControlAway."""

    async def acknowledge(self, version: str, refusal: str) -> None:
        """refusal: empty when the version is in force. Raises ControlAway."""


class Rejections(Protocol):
    """Where refusals are told; never waits."""

    def tell(self, rejection: Rejection) -> None: ...


class OptionsProbe(Protocol):
    async def ask(self, endpoint: ProbedEndpoint) -> Outcome | None:
        """One OPTIONS through the edge; takes about two seconds where nobody answers. None: the edge itself
        could not be asked, which says nothing about the endpoint."""


class ProbeReports(Protocol):
    """Where the prober tells what it finds; never waits."""

    def reading(self, endpoint: ProbedEndpoint, state: ProbeState, at: datetime) -> None: ...

    def gone(self, endpoint: ProbedEndpoint) -> None:
        """It is probed by this edge no more."""

    def alive(self, at: datetime, complete_since: datetime | None, endpoints: int) -> None: ...


class ProbeTopic(Protocol):
    async def send(self, reports: Sequence[tuple[str, Report]]) -> None:
        """By key; None is a tombstone. Raises servicekit.errors.Unavailable."""
