"""Who changed what, told beside each change by the document that was changed."""

from servicekit.audit.trail import TOPIC, Audited, changed_fields

__all__ = ["TOPIC", "Audited", "changed_fields"]
