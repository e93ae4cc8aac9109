"""What an edge puts in force: typed resources, as keepline/sip/v1/switch_config.proto names them.

A body refuses what does not fit its type (Misfit, in words), so that no `|`, `,`, quote, blank or
control character reaches a table, a file or a command.
"""

from dataclasses import dataclass
from enum import StrEnum

from siptypes.endpoints import Transport, endpoint_name
from siptypes.faults import Misfit
from siptypes.home_dialling import UNKNOWN_HOME, HomeDialling
from siptypes.hosts import check_host, is_domain, network
from siptypes.ids import check_token
from siptypes.numbers import is_e164

MAX_SOURCES = 2000  # characters of a trunk's networks together
MAX_TRUNK_VERSION = 10**18
MAX_WEIGHT = 100


class Kind(StrEnum):
    """The first part of a resource's name."""

    EDGE = "edge"
    SWITCH = "switch"
    ENDPOINT = "endpoint"
    TRUNK = "trunk"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Edge:
    id: str

    def __post_init__(self) -> None:
        check_token("edge", self.id)

    @property
    def name(self) -> str:
        return f"{Kind.EDGE}/{self.id}"


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the edge sends calls to; one that drains takes none, and keeps what belongs to its calls.

    The edge's inner socket speaks UDP over IPv4."""

    id: str
    host: str
    port: int
    transport: Transport = Transport.UDP
    draining: bool = False
    weight: int = 1

    def __post_init__(self) -> None:
        check_token("switch", self.id)
        check_host(self.host, self.port)
        if self.transport is not Transport.UDP or ":" in self.host:
            raise Misfit(f"{self.transport} to {self.host} is not UDP over IPv4")
        if not 1 <= self.weight <= MAX_WEIGHT:
            raise Misfit(f"weight {self.weight} of {self.id} is not between 1 and {MAX_WEIGHT}")

    @property
    def name(self) -> str:
        return f"{Kind.SWITCH}/{self.id}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of a provider or an agent, to be probed."""

    host: str
    port: int
    transport: Transport = Transport.UDP

    def __post_init__(self) -> None:
        check_host(self.host, self.port)

    @property
    def name(self) -> str:
        return f"{Kind.ENDPOINT}/{endpoint_name(self.host, self.port, self.transport)}"


@dataclass(frozen=True, slots=True)
class Trunk:
    domain: str
    tenant_id: str
    trunk_id: str
    version: int
    enabled: bool
    source_cidrs: tuple[str, ...]
    home: HomeDialling = UNKNOWN_HOME

    def __post_init__(self) -> None:
        if not is_domain(self.domain):
            raise Misfit(f"domain {self.domain[:80]!r} is not a host name in lower case")
        check_token("tenant", self.tenant_id)
        check_token("trunk id", self.trunk_id)
        if not 1 <= self.version < MAX_TRUNK_VERSION:
            raise Misfit(f"version {self.version} of {self.domain} is not a positive number")
        for cidr in self.source_cidrs:
            network(cidr)
        if len(",".join(self.source_cidrs)) > MAX_SOURCES:
            raise Misfit(f"the sources of {self.domain} are longer than {MAX_SOURCES} characters")

    @property
    def name(self) -> str:
        return f"{Kind.TRUNK}/{self.domain}"


@dataclass(frozen=True, slots=True)
class Number:
    e164: str
    domain: str

    def __post_init__(self) -> None:
        if not is_e164(self.e164):
            raise Misfit(f"number {self.e164[:32]!r} is not E.164 with its plus")
        if not is_domain(self.domain):
            raise Misfit(f"number {self.e164} points to {self.domain[:80]!r}, which is no host name")

    @property
    def name(self) -> str:
        return f"{Kind.NUMBER}/{self.e164}"


Body = Edge | Switch | Endpoint | Trunk | Number


@dataclass(frozen=True, slots=True)
class Resource:
    """body None: set aside, with the reason in `fault`. It counts in the version like any other."""

    name: str
    version: int
    body: Body | None
    fault: str = ""
