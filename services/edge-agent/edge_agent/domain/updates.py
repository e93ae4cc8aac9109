"""What sip-config sends to an edge, one message after the other, and what comes of it."""

from dataclasses import dataclass

from edge_agent.domain.resources import Resource
from siptypes.versions import Revision


@dataclass(frozen=True, slots=True)
class Word:
    """What an operator said. shrunk: much is meant to be gone. older: a revision behind ours is meant."""

    shrunk: bool = False
    older: bool = False

    def __or__(self, other: "Word") -> "Word":
        return Word(self.shrunk or other.shrunk, self.older or other.older)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What every part of a whole and of a change says."""

    version: str
    revision: Revision
    index: int
    last: bool
    word: Word
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class WholeChunk(Chunk):
    """resource_count: how many all chunks hold together."""

    resource_count: int


@dataclass(frozen=True, slots=True)
class ChangeChunk(Chunk):
    from_version: str
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Current:
    """What sip-config takes us to hold."""

    version: str


@dataclass(frozen=True, slots=True)
class Lagging:
    """This replica has read less than we hold."""


Update = WholeChunk | ChangeChunk | Current | Lagging


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was taken. passing: it is our own trouble, and the same content may be taken later."""

    reason: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """It does not follow on what we hold: ask again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stale:
    """It is older than what we hold, which stays."""
