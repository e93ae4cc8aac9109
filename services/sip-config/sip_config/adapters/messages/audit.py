"""Audit entries as messages, and back."""

from keepline.audit.v1.audit_entry_pb2 import AuditEntry as EntryMessage
from servicekit.timestamps import moment, timestamp
from sip_config.domain.audit import AuditEntry


def entry_message(entry: AuditEntry) -> EntryMessage:
    return EntryMessage(
        id=entry.id,
        tenant_id=entry.tenant_id,
        at=timestamp(entry.at),
        actor=entry.actor,
        role=entry.role,
        key_id=entry.key_id,
        address=entry.address,
        request_id=entry.request_id,
        action=entry.action,
        resource=entry.resource,
        resource_id=entry.resource_id,
        version=entry.version,
        fields=entry.fields,
        service=entry.service,
    )


def entry_of(message: EntryMessage) -> AuditEntry:
    """Raises ValueError for a time that is none."""
    return AuditEntry(
        message.id,
        message.tenant_id,
        moment(message.at),
        message.actor,
        message.role,
        message.key_id,
        message.address,
        message.request_id,
        message.action,
        message.resource,
        message.resource_id,
        message.version,
        tuple(message.fields),
        message.service,
    )
