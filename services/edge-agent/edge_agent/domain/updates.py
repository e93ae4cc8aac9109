"""What sip-config sends to an edge, one by one."""

from dataclasses import dataclass

from edge_agent.domain.records import Destination, Record, Table

Key = tuple[Table, str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of one whole configuration; destinations come with the last one."""

    version: str
    index: int
    last: bool
    records: tuple[Record, ...]
    destinations: tuple[Destination, ...]
    record_count: int


@dataclass(frozen=True, slots=True)
class Delta:
    """destinations: all of them, or None when they stay as they are."""

    from_version: str
    to_version: str
    set: tuple[Record, ...]
    deleted: tuple[Key, ...]
    destinations: tuple[Destination, ...] | None


@dataclass(frozen=True, slots=True)
class Current:
    """Nothing to send: this is the newest version."""

    version: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that holds what does not fit its type."""

    version: str
    reason: str


Update = Chunk | Delta | Current | Unreadable


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the edge keeps what it has, in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """The update builds on a version that the edge does not hold: it needs the whole again."""

    reason: str
