"""An entry of the audit log as JSON, and how the log is asked."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from servicekit.api.absent import may_be_absent
from servicekit.api.lists import ListRule
from servicekit.timestamps import rfc3339
from sip_config.domain.audit import AuditEntry

ACTIONS = ("created", "changed", "deleted")


class AuditBody(BaseModel):
    id: str
    at: datetime
    actor: str = Field(description="the subject of a token, the id of an API key, or a service's name")
    role: str = Field(description='the actor\'s; "service": Keepline did it itself')
    key_id: str = may_be_absent("the API key that was shown; absent: a token")
    address: str = may_be_absent("where the request came from; absent: not known")
    request_id: str = may_be_absent("of the request; absent: there was none")
    action: Literal["created", "changed", "deleted"]
    resource: str = Field(description="trunk, number, agent, plan or key; switch or word of operators")
    resource_id: str
    version: int = Field(description="of the object, after the change")
    fields: list[str] = Field(description="names of what changed; of a new object, of what is set")
    service: str


class AuditPage(BaseModel):
    entries: list[AuditBody]
    next_page_token: str = may_be_absent("absent on the last page")


FIELDS = tuple(AuditBody.model_fields)
ENTRIES = ListRule(
    fields=FIELDS,
    filters={
        "actor": str,
        "key_id": str,
        "action": ACTIONS,
        "resource": str,
        "resource_id": str,
        "request_id": str,
    },
    times=("at",),
    first=(("id", -1),),
)


def entry_document(entry: AuditEntry) -> dict[str, Any]:
    """An AuditBody."""
    known = {"key_id": entry.key_id, "address": entry.address, "request_id": entry.request_id}
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "role": entry.role,
        **{name: value for name, value in known.items() if value},
        "action": entry.action,
        "resource": entry.resource,
        "resource_id": entry.resource_id,
        "version": entry.version,
        "fields": list(entry.fields),
        "service": entry.service,
    }
