"""What nodes put in force: edges, switches, endpoints, trunks and numbers, one resource each.

A body refuses what does not fit its type (Misfit, in words). Names and meanings are those of
keepline/sip/v1/switch_config.proto.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from siptypes.endpoints import Transport, endpoint_name
from siptypes.faults import Misfit
from siptypes.home_dialling import UNKNOWN_HOME, HomeDialling
from siptypes.hosts import check_host, is_domain, network
from siptypes.ids import check_token
from siptypes.numbers import is_e164

MAX_SOURCES_LENGTH = 2000  # canonical networks of a trunk, joined: an edge holds them in one value


class Kind(StrEnum):
    """In the order in which nodes put them in force."""

    EDGE = "edge"
    SWITCH = "switch"
    ENDPOINT = "endpoint"
    TRUNK = "trunk"
    NUMBER = "number"


class DestinationState(StrEnum):
    ACTIVE = "active"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class EdgeBody:
    id: str

    def __post_init__(self) -> None:
        check_token("edge", self.id)

    @property
    def name(self) -> str:
        return f"{Kind.EDGE}/{self.id}"


@dataclass(frozen=True, slots=True)
class SwitchBody:
    id: str
    host: str
    port: int
    state: DestinationState = DestinationState.ACTIVE
    weight: int = 1

    def __post_init__(self) -> None:
        check_token("switch", self.id)
        check_host(self.host, self.port)

    @property
    def name(self) -> str:
        return f"{Kind.SWITCH}/{self.id}"


@dataclass(frozen=True, slots=True)
class EndpointBody:
    """An address of a provider or an agent, probed once however many trunks and agents name it."""

    host: str
    port: int
    transport: Transport

    def __post_init__(self) -> None:
        check_host(self.host, self.port)

    @property
    def name(self) -> str:
        return f"{Kind.ENDPOINT}/{endpoint_name(self.host, self.port, self.transport)}"


@dataclass(frozen=True, slots=True)
class TrunkBody:
    domain: str
    tenant_id: str
    trunk_id: str
    version: int
    enabled: bool
    source_cidrs: tuple[str, ...]
    home: HomeDialling = UNKNOWN_HOME

    def __post_init__(self) -> None:
        if not is_domain(self.domain):
            raise Misfit(f"trunk domain {self.domain!r} is not a host name in lower case")
        check_token("tenant", self.tenant_id)
        check_token("trunk id", self.trunk_id)
        if self.version < 1:
            raise Misfit(f"version {self.version} of {self.domain} is not a positive number")
        for cidr in self.source_cidrs:
            network(cidr)
        if len(",".join(self.source_cidrs)) > MAX_SOURCES_LENGTH:
            raise Misfit(f"the sources of {self.domain} are longer than {MAX_SOURCES_LENGTH}")

    @property
    def name(self) -> str:
        return trunk_name(self.domain)


@dataclass(frozen=True, slots=True)
class NumberBody:
    e164: str
    domain: str

    def __post_init__(self) -> None:
        check_number(self.e164)

    @property
    def name(self) -> str:
        return number_name(self.e164)


Body = EdgeBody | SwitchBody | EndpointBody | TrunkBody | NumberBody


@dataclass(frozen=True, slots=True)
class Resource:
    """As it is sent. version: 64 bits, equal for equal content; wire: encoded once, framed for a chunk."""

    name: str
    version: int
    wire: bytes


Encode = Callable[[Body], Resource]


_KINDS = {str(kind): kind for kind in Kind}


def trunk_name(domain: str) -> str:
    return f"{Kind.TRUNK}/{domain}"


def number_name(e164: str) -> str:
    return f"{Kind.NUMBER}/{e164}"


def kind_of(name: str) -> Kind:
    """Of a name of ours."""
    return _KINDS[name.partition("/")[0]]


def check_number(e164: str) -> None:
    if not is_e164(e164):
        raise Misfit(f"number {e164[:32]!r} is not E.164 with its plus")
