"""What an operator ordered of the network: a word to nodes, and switches that take no new call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sip_config.domain.resources import DestinationState


@dataclass(frozen=True, slots=True)
class OperatorWord:
    """Valid until then. shrunk: what is missing is meant to be missing; older: an older revision is meant."""

    shrunk: bool
    older: bool
    until: datetime
    said_by: str


@dataclass(frozen=True, slots=True)
class Orders:
    word: OperatorWord | None = None
    switches: Mapping[str, DestinationState] = field(default_factory=dict)
