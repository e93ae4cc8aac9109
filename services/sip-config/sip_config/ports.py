"""What sip-config needs from outside."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from sip_config.domain.trunk import Trunk


class TrunkStore(Protocol):
    """Trunks with their outbox. Raises servicekit.errors.Unavailable when the database is away."""

    async def add(self, trunk: Trunk) -> bool:
        """Stores the trunk and what has to be told about it, both or neither. False: its domain is taken."""

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk | None: ...

    async def page(self, tenant_id: str, query: str, after: str | None, limit: int) -> Sequence[Trunk]:
        """Ordered by id, those behind `after`; query: part of the name or domain, in any case."""

    async def replace(self, trunk: Trunk) -> bool:
        """Takes the place of the version before. False: somebody else was faster, or it is gone."""

    async def remove(self, tenant_id: str, trunk_id: str, version: int) -> bool:
        """Deletes that version. False as above."""

    def all(self) -> AsyncIterator[Trunk]:
        """Every tenant's, for the tables."""


class Feed(Protocol):
    """Told of each own write at once, so that the edges need not wait for the broker."""

    def trunk_written(self, trunk: Trunk) -> None: ...

    def trunk_deleted(self, trunk_id: str) -> None: ...
