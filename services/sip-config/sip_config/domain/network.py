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
class WordDraft:
    """None: it could not be read."""

    shrunk: bool | None
    older: bool | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """state: None where nobody ordered one; version: grows with each order, and when the setting is told."""

    version: int = 0
    state: DestinationState | None = None


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What an operator asks for; None: as the settings say."""

    state: DestinationState | None


@dataclass(frozen=True, slots=True)
class Orders:
    word: OperatorWord | None = None
    switches: Mapping[str, DestinationState] = field(default_factory=dict)
