"""What phone-sources needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Number, Trunk
from servicekit.api.lists import ListAsked
from servicekit.paging import Page


@dataclass(frozen=True, slots=True)
class Held:
    """The number is held already; by whom is for the use case to tell, or not."""

    by: Number


class NumberStore(Protocol):
    """Numbers with their outbox. Raises servicekit.errors.Unavailable when the database is away."""

    async def add(self, number: Number) -> Held | None:
        """Stores a new number and what has to be told about it, both or neither."""

    async def add_all(self, numbers: Sequence[Number]) -> Mapping[int, Held]:
        """The same for many, each by itself; by place, those that are held already."""

    async def count(self, tenant_id: str) -> int: ...

    async def get(self, tenant_id: str, number_id: str) -> Number | None: ...

    async def find(self, e164: E164) -> Number | None:
        """Whoever holds it."""

    async def find_all(self, numbers: Collection[E164]) -> Sequence[Number]:
        """Those of them that are held, by whomever."""

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Number]:
        """q: part of the digits or of the label, in any case."""

    async def replace(self, number: Number, before: Number | None = None) -> bool:
        """Takes the place of the version before. False: somebody else was faster, or it is gone."""

    def unwritten(self) -> "NumberStore":
        """The same, which says what a write would meet and writes nothing."""

    async def remove(self, tenant_id: str, number_id: str, version: int) -> bool:
        """Deletes that version. False as above."""


class TrunkLookup(Protocol):
    async def find(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        """The tenant's own trunk; another tenant's is None. Raises Unavailable when nobody can say."""

    async def numbers_left(self, trunk_id: str) -> int | None:
        """How many more numbers the smallest edge holds, of all tenants; None when nobody can say."""

    def is_gone(self, tenant_id: str, trunk_id: str) -> bool:
        """Of a trunk that the tenant had; False while nobody can say. Does not wait."""


class PlanLookup(Protocol):
    async def naming(self, tenant_id: str, e164: E164) -> Sequence[str]:
        """Ids of the tenant's routing plans that name the number. May wait a moment: that a plan was changed
        or deleted is told by a topic. Raises Unavailable while nobody can say."""
