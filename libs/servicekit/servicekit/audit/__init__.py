"""Who changed what, told beside each change by the document that was changed."""

from servicekit.audit.trail import TOPIC, Action, Audited, changed_fields

__all__ = ["TOPIC", "Action", "Audited", "changed_fields"]
