"""One entry for each change, in the outbox of the document that changed: both are written, or neither.

It says who, from where and by which request, and names the fields; none of their values is in it, so that no
secret can be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from servicekit.auth import origin
from servicekit.auth.principal import acting
from servicekit.documents import Document
from servicekit.ids import new_id
from servicekit.kafka.headers import cloud_event
from servicekit.outbox.entries import BESIDE, entry
from servicekit.telemetry.request_id import request_id
from servicekit.timestamps import timestamp

TOPIC = "keepline.audit.v1"
Action = Literal["created", "changed", "deleted"]
_KIND, _MESSAGE = "keepline.audit.recorded.v1", "keepline.audit.v1.AuditEntry"
_OF_EVERY_CHANGE = frozenset({"version", "created_at", "updated_at", "tenant_id", "outbox", "deleted"})


def changed_fields(before: Document | None, after: Document) -> tuple[str, ...]:
    """Names of the fields that differ, in order; without `before`, of those that are set."""
    names = sorted((set(before or ()) | set(after)) - _OF_EVERY_CHANGE)
    if before is None:
        return tuple(name for name in names if after[name] not in (None, "", [], {}))
    return tuple(name for name in names if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class Audited:
    """resource: "trunk", as the API calls it; service: "sip-config"."""

    resource: str
    service: str

    def change(self, resource_id: str, before: Document | None, after: Document) -> Document:
        """For the outbox, beside the entry of the same version. before: None for what is new; both have
        tenant_id, version and updated_at."""
        action: Action = "created" if before is None else "changed"
        of = (after["tenant_id"], resource_id, int(after["version"]))
        return self._entry(action, of, after["updated_at"], changed_fields(before, after))

    def removal(self, tenant_id: str, resource_id: str, version: int, at: datetime) -> Document:
        """version: that of the tombstone. tenant_id: whose object it is."""
        return self._entry("deleted", (tenant_id, resource_id, version), at, ())

    def _entry(
        self, action: Action, of: tuple[str, str, int], at: datetime, fields: Iterable[str]
    ) -> Document:
        tenant_id, resource_id, version = of
        who = acting()
        told = AuditEntry(
            id=new_id("aud"),
            tenant_id=tenant_id,
            at=timestamp(at),
            actor=who.subject if who else self.service,
            role=str(who.role) if who else "service",
            key_id=who.key_id if who else "",
            address=origin.address(),
            request_id=request_id(),
            action=action,
            resource=self.resource,
            resource_id=resource_id,
            version=version,
            fields=list(fields),
            service=self.service,
        )
        headers = cloud_event(
            self.service, _KIND, _MESSAGE, told.id, at, tenant_id=tenant_id, subject=resource_id
        )
        return entry(version + BESIDE, TOPIC, tenant_id, told.SerializeToString(), headers, at=at)
