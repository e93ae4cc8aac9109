"""What sip-config needs from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from servicekit.api.lists import ListAsked
from servicekit.paging import Page
from sip_config.domain.api_key import ApiKey
from sip_config.domain.audit import AuditEntry
from sip_config.domain.network import OperatorWord, Orders, SwitchOrder
from sip_config.domain.node_report import NodeReport
from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.onboarding.onboarding import Onboarding
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.rejection import Alike, Rejection
from sip_config.domain.resources import DestinationState
from sip_config.domain.trunk import Trunk


@dataclass(frozen=True, slots=True)
class Deleted:
    trunk_id: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tenant has. endpoints: of all its trunks together, each trunk's own counted."""

    trunks: int
    endpoints: int


class TrunkStore(Protocol):
    """Trunks with their outbox. Raises servicekit.errors.Unavailable when the database is away."""

    async def add(self, trunk: Trunk) -> bool:
        """Stores the trunk and what has to be told about it, both or neither. False: its domain or its id is
        taken."""

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Trunk]:
        """q: part of the name or domain, in any case."""

    async def replace(self, trunk: Trunk, before: Trunk | None = None) -> bool:
        """Takes the place of the version before; by `before` the audit log says which fields change. False:
        somebody else was faster, or it is gone."""

    def unwritten(self) -> TrunkStore:
        """The same, which says what a write would meet and writes nothing."""

    async def remove(self, tenant_id: str, trunk_id: str, version: int) -> bool:
        """Deletes that version. False as above."""

    def all(self) -> AsyncIterator[Trunk]:
        """Every tenant's, for the tables."""

    async def waiting(self, most: int) -> Sequence[Trunk | Deleted]:
        """What was written and has not reached the broker yet."""

    async def usage(self, tenant_id: str) -> Usage: ...


class Feed(Protocol):
    """Told of each own write at once, so that the edges need not wait for the broker."""

    def trunk_written(self, trunk: Trunk) -> None: ...

    def trunk_deleted(self, trunk_id: str) -> None: ...

    def complete(self, part: str) -> None:
        """part: "trunks", "numbers" or "agents" were read to their end, and are believed."""

    def is_full(self) -> bool:
        """Whether the smallest edge has no room for another trunk."""


class References(Protocol):
    def check_unnamed(self, trunk: Trunk) -> None:
        """Raises InUse with what names the trunk, and Unavailable while it cannot be known."""


class NodeReportStore(Protocol):
    """What nodes said last, shared by all replicas. Raises servicekit.errors.Unavailable."""

    async def get(self, node_id: str) -> NodeReport | None: ...

    async def all(self, most: int) -> Sequence[NodeReport]: ...

    async def put(self, report: NodeReport) -> None: ...

    async def seen(self, node_id: str, at: datetime) -> None:
        """The node was there then; nothing else of its report changes."""


class OrderStore(Protocol):
    """What operators ordered, and how many trunks and numbers were known last. Raises Unavailable."""

    async def orders(self) -> Orders: ...

    async def put_word(self, word: OperatorWord) -> None:
        """Keeps it, and tells the audit log of it."""

    async def switch(self, switch_id: str) -> SwitchOrder: ...

    async def put_switch(
        self, switch_id: str, before: SwitchOrder, order: SwitchOrder, by_setting: DestinationState
    ) -> bool:
        """Keeps the order in the place of the one before, and tells what holds now on the switches' topic and
        who ordered it on the audit log's, all or nothing. False: somebody else was faster."""

    async def tell_switch(self, switch_id: str, by_setting: DestinationState) -> None:
        """Tells the state again: the order's, or the setting's where nobody ordered one."""

    async def mark(self, part: str) -> int:
        """part: "trunks" or "numbers". 0 when none was kept."""

    async def put_mark(self, part: str, count: int) -> None: ...


class KeyStore(Protocol):
    """API keys with their outbox. Raises servicekit.errors.Unavailable when the database is away."""

    async def add(self, key: ApiKey) -> bool:
        """False: its id is taken."""

    async def get(self, tenant_id: str, key_id: str) -> ApiKey | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[ApiKey]:
        """q: part of the name, in any case."""

    async def count(self, tenant_id: str) -> int: ...

    async def replace(self, before: ApiKey, after: ApiKey) -> bool:
        """False: somebody else was faster, or it is gone."""

    async def remove(self, key: ApiKey) -> bool:
        """Deletes that version. False as above."""


class AuditStore(Protocol):
    """Raises servicekit.errors.Unavailable."""

    async def get(self, tenant_id: str, entry_id: str) -> AuditEntry | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[AuditEntry]: ...


class KeyMinting(Protocol):
    def mint(self, key_id: str) -> tuple[str, bytes]:
        """A new key, whole, and its keyed hash, which is all that is stored."""


class RejectionStore(Protocol):
    """Refusals that are alike, counted. Raises servicekit.errors.Unavailable."""

    async def get(self, tenant_id: str, rejection_id: str) -> Rejection | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Rejection]:
        """tenant_id "": those that belong to no tenant. q: part of an address or of a called number."""

    async def find(self, ids: Collection[str]) -> Mapping[str, Rejection]: ...

    async def count_rows(self, of: Alike) -> int:
        """Rows of its trunk, code and window."""

    async def open_of_trunks(self, trunk_ids: Collection[str], most: int) -> Sequence[Rejection]: ...

    async def open_of_tenants(self, tenant_ids: Collection[str], most: int) -> Sequence[Rejection]:
        """Those for want of a number or of a plan."""

    async def write(self, row: Rejection) -> bool:
        """A new row where its version is 0, otherwise the next version. False: somebody else was faster."""

    async def fix(self, before: Rejection, after: Rejection) -> bool:
        """As above, with an entry of the audit log."""

    async def trim(self, tenant_id: str, most: int) -> None:
        """Removes the rows that are the longest ago, so that `most` stay."""


class OnboardingStore(Protocol):
    """Onboardings with what has to be told of them. Raises servicekit.errors.Unavailable."""

    async def add(self, one: Onboarding) -> bool:
        """False: its id is taken."""

    async def get(self, tenant_id: str, onboarding_id: str) -> Onboarding | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Onboarding]: ...

    async def count(self, tenant_id: str) -> int: ...

    async def replace(self, before: Onboarding, after: Onboarding) -> bool:
        """What somebody asked for, with an entry of the audit log. False: somebody else was faster, or it is
        gone."""

    async def note(self, before: Onboarding, after: Onboarding) -> bool:
        """As above, what nobody asked for but what was seen."""

    async def open_of(self, tenant_ids: Collection[str]) -> Sequence[Onboarding]:
        """The newest of each where one has very many."""

    async def that_met(self, tenant_id: str, rejection_id: str) -> Sequence[Onboarding]: ...

    async def idle(self, since: datetime, most: int) -> Sequence[Onboarding]:
        """Open ones without a change since then."""

    def begun_between(self, begin: datetime, end: datetime) -> AsyncIterator[Onboarding]:
        """Of all tenants, the deleted ones too."""


class TrunkTestStore(Protocol):
    """The first answered call of each trunk. Raises servicekit.errors.Unavailable."""

    async def put(self, call: AnsweredCall) -> None:
        """Nothing where its trunk has one."""

    async def tested_at(self, trunk_ids: Collection[str]) -> Mapping[str, datetime]: ...

    async def drop(self, trunk_ids: Collection[str]) -> None: ...


class PhoneNumbers(Protocol):
    """The numbers of the caller's tenant, asked with what the caller showed. Raises what phone-sources
    refuses with, and Unavailable."""

    async def find(self, number: str) -> OwnNumber | None: ...

    async def add(self, trunk_id: str, number: str) -> None: ...

    async def move(self, number_id: str, trunk_id: str) -> None: ...


class RoutingPlans(Protocol):
    """The plans of the caller's tenant; as above, of call-control."""

    async def put(self, plan_id: str, number: str) -> None:
        """Also where the number is on it already."""
