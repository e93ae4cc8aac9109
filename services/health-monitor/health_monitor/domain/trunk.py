"""As much of a trunk as its health needs, and of whatever is judged by probes."""

from dataclasses import dataclass
from typing import Protocol

from siptypes.hosts import bracketed


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """An address of a provider or an agent. transport: udp, tcp or tls; port: never 0."""

    host: str
    port: int
    transport: str

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}/{self.transport}"


class Subject(Protocol):
    """What has a status: a trunk or an agent."""

    @property
    def id(self) -> str: ...

    @property
    def tenant_id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def endpoints(self) -> tuple[Endpoint, ...]: ...


@dataclass(frozen=True, slots=True)
class Trunk:
    id: str
    tenant_id: str
    version: int
    name: str
    enabled: bool
    endpoints: tuple[Endpoint, ...]
