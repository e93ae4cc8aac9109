"""One change that somebody made: who, from where, of what; names of fields and none of their values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: str
    tenant_id: str
    at: datetime
    actor: str
    role: str
    key_id: str
    address: str
    request_id: str
    action: str
    resource: str
    resource_id: str
    version: int
    fields: tuple[str, ...]
    service: str
