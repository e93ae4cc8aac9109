"""Edges and switches, and what is offered to them: for operators."""

from datetime import datetime
from typing import Final, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import SetAside, Told

NETWORK: Final = "/api/v1/sip/network"
NETWORK_WORD: Final = f"{NETWORK}/word"
NETWORK_SWITCHES: Final = f"{NETWORK}/switches"


class SwitchInForce(Told):
    id: str
    host: str
    port: int
    weight: int
    """Its share of the calls among the active ones."""
    state: str
    """ "active", "draining"."""


class Switch(SwitchInForce):
    version: int
    ordered: bool
    """False: the state is the one of the settings."""


class Node(Told):
    """What an edge or a switch said last."""

    node_id: str
    kind: str
    version: str | None = None
    """Content hash of what it holds."""
    current: bool
    """Whether it holds what the replica that answers offers."""
    nack_reason: str | None = None
    """Why it refused its last configuration."""
    set_aside: tuple[SetAside, ...]
    set_aside_count: int
    trunks_limit: int | None = None
    """Rows."""
    numbers_limit: int | None = None
    reported_at: datetime


class Word(Told):
    """An operator's word that is valid now."""

    shrunk: bool
    older: bool
    until: datetime
    said_by: str


class Network(Told):
    version: str
    """Content hash of what is offered to nodes."""
    missing: str | None = None
    """Why nodes are not told anything right now."""
    trunks: int
    numbers: int
    marked: dict[str, int]
    """What a next start compares with."""
    set_aside: int
    """Records of the topics that do not fit their type."""
    switches: tuple[SwitchInForce, ...]
    nodes: tuple[Node, ...]
    word: Word | None = None


class SwitchChange(TypedDict, total=False):
    state: str | Reset


class WordToSay(TypedDict, total=False):
    shrunk: bool
    """What is missing is meant to be missing."""
    older: bool
    """Content that is older than what nodes hold is meant."""
    minutes: int
    """For how long: 1 to 1440, 10 when left out."""
