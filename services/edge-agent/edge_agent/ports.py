"""What the agent needs from outside: the edge, the file it starts from, sip-config, and somebody to tell."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from edge_agent.domain.admission import Counts
from edge_agent.domain.probe import Outcome, ProbedEndpoint, ProbeState
from edge_agent.domain.probe_report import Report as ProbeReport
from edge_agent.domain.rejections import Rejection
from edge_agent.domain.resources import Edge as KnownEdge
from edge_agent.domain.resources import Endpoint, Resource, Switch
from edge_agent.domain.updates import Refusal, Update, Word
from siptypes.versions import Revision

TRUNK, NUMBER, SOURCE, META = TABLES = ("trunk", "number", "source", "meta")
LOADED = (TRUNK, NUMBER, SOURCE)  # what a whole consists of
MARK = "#file"  # a key beside the records of a table: the version whose file it was loaded from
VERSION, SERVING = "version", "serving"  # keys of META: what is in force, whole; whether calls may come in


class EdgeAway(Exception):
    """The edge does not answer: nothing is known of what it did with the last command."""


class EdgeRefused(Exception):
    """The edge answered that it did not do it."""


class ReloadTooSoon(EdgeRefused):
    """The switches were reloaded a moment ago, and their readers need the old list a little longer."""


class FileFailed(Exception):
    """The edge's file could not be written: a full disk, say. What was in it is in it still."""


class ControlAway(Exception):
    """sip-config does not answer."""


class Edge(Protocol):
    """Kamailio. One writer: the agent. All of it raises EdgeAway and EdgeRefused."""

    async def get(self, table: str, key: str) -> str | None: ...

    async def put(self, table: str, key: str, value: str) -> None: ...

    async def delete(self, table: str, key: str) -> None:
        """What is not there is deleted."""

    async def reload(self, table: str) -> None: ...

    async def counts(self) -> Mapping[str, int]:
        """Keys in each table."""

    async def started(self) -> str:
        """Another text after each start."""

    async def rows(self) -> int:
        """Trunks and numbers together that it was given memory for; 0 when it does not say."""

    async def states(self) -> Mapping[str, str]:
        """Of the switches, by URI: "AP", "IX"..."""

    async def reload_switches(self) -> None:
        """Raises ReloadTooSoon."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the file holds. version empty: nothing yet. base: the version that was in force last; the same
    when nothing is owed to the edge. room: rows that the edge has memory for, 0 before it was asked."""

    version: str = ""
    revision: Revision = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    base: str = ""
    room: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """value None: the key is not there."""

    table: str
    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What was written and is not known to be in force. all: more than can be named key by key."""

    all: bool
    rows: Sequence[Row]
    switches: bool
    probed: bool

    def __bool__(self) -> bool:
        return self.all or self.switches or self.probed or bool(self.rows)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Some names with the reason of each, and how many there are."""

    some: Mapping[str, str] = field(default_factory=dict)
    count: int = 0


Judge = Callable[[Counts, Counts, str], Refusal | None]
"""Of the counts before and after, and the version that came out."""


class EdgeFile(Protocol):
    """The file that the edge's tables load from. A write is one transaction, or raises FileFailed and was
    none. What is written is owed to the edge until `settle`; `take_back` undoes all of that."""

    @property
    def held(self) -> Held: ...

    async def open(self) -> None:
        """A file that is broken is set aside, and a new one holds nothing."""

    async def stage(self, resources: Sequence[Resource], *, first: bool) -> Refusal | None:
        """Keeps parts of a whole apart until `replace`."""

    async def replace(self, version: str, revision: Revision, judge: Judge) -> Refusal | None:
        """By what was staged."""

    async def change(
        self,
        version: str,
        revision: Revision,
        put: Sequence[Resource],
        removed: Sequence[str],
        judge: Judge,
    ) -> Refusal | None: ...

    async def owed(self, most: int) -> Owed: ...

    async def settle(self) -> None: ...

    async def take_back(self) -> None: ...

    async def note_room(self, rows: int) -> None: ...

    async def rows(self) -> Mapping[str, int]:
        """How many keys each table of the edge has after it was loaded from this."""

    async def mark(self) -> str:
        """What each table reads at MARK after it was loaded from this."""

    async def set_aside(self) -> SetAside: ...

    async def switches(self) -> Sequence[Switch]: ...

    async def probed(self) -> tuple[Sequence[KnownEdge], Sequence[Endpoint]]:
        """Edges that share out the probing, and what is to be probed."""

    async def write_switches(self, text: str) -> None:
        """The list that a starting edge reads."""


@dataclass(frozen=True, slots=True)
class Hello:
    held: Held
    trunks: int
    numbers: int
    refused: Sequence[str]
    accept: Word


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a version. refusal: empty when it is in force and was read back."""

    version: str
    revision: Revision
    refusal: str
    held: Held
    aside: SetAside


class Control(Protocol):
    """sip-config."""

    def watch(self, hello: Hello) -> AsyncIterator[Update]:
        """Ends or raises ControlAway."""

    async def acknowledge(self, report: Report) -> None:
        """Raises ControlAway."""


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
    async def send(self, reports: Sequence[tuple[str, ProbeReport]]) -> None:
        """By key; None is a tombstone. Raises servicekit.errors.Unavailable."""
