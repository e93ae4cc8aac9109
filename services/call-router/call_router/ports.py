"""What call-router needs from outside.

A store raises servicekit.errors.Unavailable when the database is away.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from call_router.domain.agent import Agent
from call_router.domain.call_event import CallEvent
from call_router.domain.call_history import CallHistory
from call_router.domain.passing import Passing
from call_router.domain.plan import Plan
from servicekit.api.lists import ListAsked
from servicekit.paging import Page


class AgentStore(Protocol):
    """Agents with their outbox: what is stored and what has to be told about it, both or neither."""

    async def add(self, agent: Agent) -> bool:
        """False: its id is taken."""

    async def get(self, tenant_id: str, agent_id: str) -> Agent | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Agent]:
        """q: part of the name, in any case."""

    async def replace(self, agent: Agent, expected_version: int, before: Agent | None = None) -> bool:
        """False when that version is no longer the current one."""

    def unwritten(self) -> "AgentStore":
        """The same, which says what a write would meet and writes nothing."""

    async def count(self, tenant_id: str) -> int: ...

    async def assignable(self, tenant_id: str, agent_ids: Sequence[str]) -> set[str]:
        """Those of them that exist and are not closed to plans."""

    async def retire(self, tenant_id: str, agent_id: str, until: datetime | None) -> bool:
        """Closes it to plans until then, because it is about to be deleted; None opens it again. False when
        there is none."""

    async def remove(self, tenant_id: str, agent_id: str, version: int, closed_until: datetime) -> bool:
        """False when that version is no longer the current one, or it is not closed at least until then."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Another plan of the tenant has one of the numbers, or the plan itself was added before."""

    number: str
    plan_id: str


class PlanStore(Protocol):
    """Plans with their outbox."""

    async def add(self, plan: Plan) -> Planned | None: ...

    async def get(self, tenant_id: str, plan_id: str) -> Plan | None: ...

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Plan]:
        """q: part of the name, in any case."""

    async def replace(
        self, plan: Plan, expected_version: int, before: Plan | None = None
    ) -> Planned | bool: ...

    def unwritten(self) -> "PlanStore":
        """The same, which says what a write would meet and writes nothing."""

    async def count(self, tenant_id: str) -> int: ...

    async def remove(self, tenant_id: str, plan_id: str, version: int) -> bool:
        """False when that version is no longer the current one, or numbers of it are on their way."""

    async def having(self, tenant_id: str, numbers: Sequence[str]) -> Sequence[Plan]:
        """Plans that have one of these numbers."""

    async def pass_on(self, plan: Plan, before: Plan, passing: Passing) -> bool:
        """Takes the place of the version before, and remembers where its numbers go. False: somebody else was
        faster, or others of its numbers are on their way."""

    async def passing_of(self, plan_id: str) -> Passing | None: ...

    async def passings(self, until: datetime) -> Sequence[Passing]:
        """Of all tenants, those that began before."""

    async def passed(self, passing: Passing) -> None:
        """It is over."""

    async def naming(self, tenant_id: str, agent_id: str) -> Sequence[Plan]:
        """Plans that name this agent."""


class Directory(Protocol):
    """What others own. May wait a moment: what was just created is told by a topic. Raises Unavailable while
    nobody can say."""

    async def has_trunk(self, tenant_id: str, trunk_id: str) -> bool: ...

    async def held(self, tenant_id: str, numbers: Sequence[str]) -> set[str]:
        """Those of the numbers (E.164) that the tenant holds."""


@dataclass(frozen=True, slots=True)
class Kept:
    history: CallHistory
    # grows with each write
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    history: CallHistory
    # of what it was made from; 0 for a call of which nothing was kept
    over_revision: int


LatestBy = Literal["number", "trunk_id"]


class CallStore(Protocol):
    """Calls by their histories."""

    async def find(self, call_ids: Sequence[str]) -> Mapping[str, Kept]:
        """Of whatever tenant; those that there are."""

    async def write(self, changes: Sequence[Change]) -> Set[str]:
        """One for each call. Gives back the calls that others wrote meanwhile; they are unchanged."""

    async def latest(self, tenant_id: str, by: LatestBy, values: Sequence[str]) -> Mapping[str, Kept]:
        """The newest call of each value, by value: one look into an index for each."""

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Kept]: ...

    async def going_on(self, tenant_id: str, most: int) -> Sequence[Kept]:
        """Of no attempt that counts an end is known; newest first."""


class EventSink(Protocol):
    def put(self, event: CallEvent) -> None:
        """Never waits."""


class SwitchOrders(Protocol):
    """What sip-config orders of the switch beside this router."""

    @property
    def drains(self) -> bool | None:
        """Whether it is to take no new calls; None while nobody knows."""

    async def moved(self) -> None:
        """Returns once that may have changed since the last time."""
