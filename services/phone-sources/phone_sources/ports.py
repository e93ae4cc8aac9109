"""What phone-sources needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Number, Trunk


@dataclass(frozen=True, slots=True)
class Held:
    """The number is held already; by whom is for the use case to tell, or not."""

    by: Number


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """Empty fields do not filter. query: part of the digits or of the label, in any case."""

    trunk_id: str = ""
    query: str = ""


class NumberStore(Protocol):
    """Numbers with their outbox. Raises servicekit.errors.Unavailable when the database is away."""

    async def add(self, number: Number) -> Held | None:
        """Stores a new number and what has to be told about it, both or neither."""

    async def count(self, tenant_id: str) -> int: ...

    async def get(self, tenant_id: str, number_id: str) -> Number | None: ...

    async def find(self, e164: E164) -> Number | None:
        """Whoever holds it."""

    async def page(
        self, tenant_id: str, wanted: NumberFilter, after: str | None, limit: int
    ) -> Sequence[Number]:
        """Ordered by id, those behind `after`."""

    async def remove(self, tenant_id: str, number_id: str) -> bool:
        """False when there is none."""


class TrunkLookup(Protocol):
    async def find(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        """The tenant's own trunk; another tenant's is None. Raises Unavailable when nobody can say."""

    async def numbers_left(self, trunk_id: str) -> int | None:
        """How many more numbers the smallest edge holds, of all tenants; None when nobody can say."""
