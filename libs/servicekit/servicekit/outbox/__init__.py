"""The embedded outbox: what must reach the broker is written inside the document that it tells about."""

from servicekit.outbox.entries import StateTopic, entry
from servicekit.outbox.relay import OutboxRelay, relay_of

__all__ = ["OutboxRelay", "StateTopic", "entry", "relay_of"]
