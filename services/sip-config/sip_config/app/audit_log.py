"""Reading the audit log."""

from dataclasses import dataclass

from servicekit.api.lists import ListAsked
from servicekit.errors import NotFound
from servicekit.paging import Page
from sip_config.domain.audit import AuditEntry
from sip_config.ports import AuditStore


@dataclass(frozen=True, slots=True)
class AuditLog:
    store: AuditStore

    async def get(self, tenant_id: str, entry_id: str) -> AuditEntry:
        entry = await self.store.get(tenant_id, entry_id)
        if entry is None:
            hint = "list the entries to see their ids; those that are old enough are removed"
            raise NotFound("entry_not_found", f"no entry {entry_id}", hint=hint)
        return entry

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[AuditEntry]:
        return await self.store.page(tenant_id, asked)
