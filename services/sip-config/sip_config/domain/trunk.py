"""A tenant's SIP connection with one provider."""

from dataclasses import dataclass
from datetime import datetime

from sip_config.domain.resources import EndpointBody, TrunkBody
from siptypes.endpoints import Transport
from siptypes.home_dialling import home_dialling


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A provider's address; host is a name or a literal without brackets, port is never 0."""

    host: str
    port: int
    transport: Transport

    def body(self) -> EndpointBody:
        return EndpointBody(self.host, self.port, self.transport)


@dataclass(frozen=True, slots=True)
class TrunkFields:
    """What a tenant decides of a trunk, checked."""

    name: str
    source_cidrs: tuple[str, ...]
    country: str
    endpoints: tuple[Endpoint, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class Trunk:
    id: str
    tenant_id: str
    version: int
    domain: str
    fields: TrunkFields
    created_at: datetime
    updated_at: datetime

    def body(self) -> TrunkBody:
        """Raises Misfit."""
        chosen = self.fields
        return TrunkBody(
            self.domain,
            self.tenant_id,
            self.id,
            self.version,
            chosen.enabled,
            chosen.source_cidrs,
            home_dialling(chosen.country),
        )
