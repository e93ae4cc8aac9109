"""Who changed what: read only."""

from datetime import datetime

from keepline_client.resources.common import ListQuery, Told
from keepline_client.rest.kinds import ReadKind


class AuditEntry(Told):
    id: str
    at: datetime
    actor: str
    """The subject of a token, the id of an API key, or a service's name."""
    role: str
    key_id: str | None = None
    address: str | None = None
    request_id: str | None = None
    action: str
    resource: str
    resource_id: str
    version: int
    fields: tuple[str, ...]
    """Names of what changed."""
    service: str


class AuditQuery(ListQuery, total=False):
    actor: str | list[str]
    key_id: str | list[str]
    action: str | list[str]
    resource: str | list[str]
    resource_id: str | list[str]
    request_id: str | list[str]
    at_after: datetime
    at_before: datetime


AUDIT: ReadKind[AuditEntry, AuditQuery] = ReadKind("/api/v1/audit", AuditEntry, "entries")
