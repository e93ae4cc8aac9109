"""As much of a trunk as its health needs."""

from dataclasses import dataclass

from siptypes.hosts import bracketed


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """A provider's address. transport: udp, tcp or tls; port: never 0."""

    host: str
    port: int
    transport: str

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}/{self.transport}"


@dataclass(frozen=True, slots=True)
class Trunk:
    id: str
    tenant_id: str
    version: int
    name: str
    enabled: bool
    endpoints: tuple[Endpoint, ...]
