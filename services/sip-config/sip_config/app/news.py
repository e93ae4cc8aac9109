"""What a node is told: a whole configuration, or what changed since the one that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sip_config.domain.resources import Resource
from siptypes.versions import Revision


@dataclass(frozen=True, slots=True)
class Whole:
    version: str
    revision: Revision
    resources: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Change:
    """set and removed are in the order in which a node puts them in force."""

    from_version: str
    version: str
    revision: Revision
    set: Sequence[Resource]
    removed: Sequence[str]
