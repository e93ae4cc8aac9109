"""What a node said last: what it holds, what it refused and what it passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from siptypes.versions import Revision

MAX_REFUSED = 16
MAX_ASIDE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """version: empty when the node holds nothing."""

    version: str = ""
    revision: Revision = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows that a node can hold; 0 names no limit."""

    trunks: int = 0
    numbers: int = 0
    destinations: int = 0


@dataclass(frozen=True, slots=True)
class NodeReport:
    """refused: versions that it refused since it took `held`, newest last. set_aside: names with reasons."""

    node_id: str
    kind: str
    held: Held
    at: datetime
    nack_reason: str = ""
    refused: tuple[str, ...] = ()
    set_aside: Mapping[str, str] = field(default_factory=dict)
    set_aside_count: int = 0
    limits: Limits = Limits()
    capabilities: tuple[str, ...] = ()
    schema: int = 0


def smallest(limits: list[Limits]) -> Limits:
    """Of several nodes; what names no limit bounds nothing."""
    return Limits(
        _least([one.trunks for one in limits]),
        _least([one.numbers for one in limits]),
        _least([one.destinations for one in limits]),
    )


def _least(values: list[int]) -> int:
    return min((value for value in values if value > 0), default=0)
