"""A tenant's SIP connection with one provider."""

from datetime import datetime
from typing import NotRequired, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import ChangedQuery, SetAside, Told, Versioned
from keepline_client.rest.kinds import Kind


class Endpoint(Told):
    host: str
    port: int | None = None
    transport: str = "udp"


class Applied(Told):
    """What one edge or switch last said of the configuration that holds the trunk."""

    node_id: str
    in_force: bool
    trunk_version: int
    snapshot_version: str | None = None
    nack_reason: str | None = None
    set_aside: tuple[SetAside, ...] = ()
    reported_at: datetime


class Trunk(Versioned):
    name: str
    domain: str
    source_cidrs: tuple[str, ...]
    country: str
    endpoints: tuple[Endpoint, ...]
    enabled: bool
    tested_at: datetime | None = None
    """When the first answered call came in by it; None: none did yet."""
    number_count: int | None = None
    """This and what follows: in the answer for one trunk only."""
    applied: tuple[Applied, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


class EndpointFields(TypedDict):
    host: str
    port: NotRequired[int]
    transport: NotRequired[str]


class NewTrunk(TypedDict):
    name: str
    country: str
    domain_label: NotRequired[str]
    source_cidrs: NotRequired[list[str]]
    endpoints: NotRequired[list[EndpointFields]]
    enabled: NotRequired[bool]


class TrunkChange(TypedDict, total=False):
    name: str
    country: str
    source_cidrs: list[str] | Reset
    endpoints: list[EndpointFields] | Reset
    enabled: bool | Reset


class TrunkQuery(ChangedQuery, total=False):
    name: str | list[str]
    domain: str | list[str]
    country: str | list[str]
    enabled: bool


TRUNKS: Kind[Trunk, NewTrunk, TrunkChange, TrunkQuery] = Kind("/api/v1/sip/trunks", Trunk, "trunks")
