"""What the services tell sip-config: changes for the audit log, and uses of API keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keepline.audit.v1.audit_entry_pb2 import AuditEntry as EntryMessage
from keepline.auth.v1.api_key_pb2 import ApiKeyUse
from servicekit.audit import TOPIC as AUDIT
from servicekit.auth.api_keys.uses import TOPIC as USES
from servicekit.ids import is_id
from servicekit.kafka import Handled, Read, Record
from servicekit.timestamps import moment
from sip_config.adapters.messages.audit import entry_of
from sip_config.adapters.mongo.api_keys import KeyDocuments
from sip_config.adapters.mongo.audit import AuditDocuments
from sip_config.domain.audit import AuditEntry

TOPICS = (AUDIT, USES)


@dataclass(frozen=True, slots=True)
class Use:
    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A handler of a group; each record may come more than once."""

    audit: AuditDocuments
    keys: KeyDocuments

    def read(self, record: Record) -> AuditEntry | Use | None:
        if record.value is None:
            return None
        if record.topic == USES:
            use = ApiKeyUse.FromString(record.value)
            return Use(use.key_id, moment(use.used_at))
        entry = entry_of(EntryMessage.FromString(record.value))
        if not is_id(entry.id, "aud") or not entry.tenant_id:
            raise ValueError("it has no id, or no tenant")
        return entry

    async def handle(
        self, batch: Sequence[Read[AuditEntry | Use]], *, may_hold: bool
    ) -> Handled[AuditEntry | Use]:
        newest: dict[str, datetime] = {}
        entries = []
        for told in (read.value for read in batch):
            if isinstance(told, Use):
                newest[told.key_id] = max(told.at, newest.get(told.key_id, told.at))
            else:
                entries.append(told)
        await self.audit.keep(entries)
        for key_id, at in newest.items():
            await self.keys.used(key_id, at)
        return Handled()
