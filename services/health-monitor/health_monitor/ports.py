"""What health-monitor needs from outside."""

from collections.abc import Sequence
from typing import Protocol

from health_monitor.domain.status import Gone, Status


class StatusSink(Protocol):
    """Keeps and tells statuses; never makes the caller wait, and never forgets the newest of each."""

    def changed(self, status: Status) -> None: ...

    def removed(self, status: Status) -> None:
        """What this status is of is gone."""


class StatusStore(Protocol):
    """Statuses with their outbox: what is written and what has to be told of it, both or neither.
    Raises servicekit.errors.Unavailable when the database is away."""

    async def load(self) -> Sequence[Status]:
        """All that were kept, to go on from after a restart."""

    async def keep(self, status: Status) -> None: ...

    async def forget(self, gone: Gone) -> None: ...
