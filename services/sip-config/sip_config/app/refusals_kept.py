"""Keeps refusals as they are told, each with its explanation, and sees when what was wrong is mended.

Each may be told more than once: a row knows how far it has counted each log. Trunks are read from the store,
numbers from the tables of nodes, which follow their topic.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from servicekit.clock import Clock
from servicekit.errors import Unavailable
from servicekit.ids import id_of
from sip_config.domain.refused.explain import explain, explain_others
from sip_config.domain.refused.explanation import Explanation, Rule
from sip_config.domain.refused.numbers import NumbersKnown, OwnNumber, end_of
from sip_config.domain.refused.refusal import Refusal
from sip_config.domain.refused.rejection import Alike, Rejection, alike, begun, counted, judged
from sip_config.domain.trunk import Trunk
from sip_config.ports import RejectionStore, TrunkStore
from siptypes.address_policy import AddressPolicy

_ROUNDS = 10
_LOOKED_AT = 1000
"""Open rows that are looked at again for one batch of changes."""
Numbers = Callable[[str, Mapping[str, OwnNumber]], NumbersKnown]
"""Of a tenant, with those that were heard of before the tables were."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """rows: of one tenant; each_window: of one trunk and code within a window, then come the others."""

    window: timedelta = timedelta(hours=1)
    rows: int = 1000
    each_window: int = 50


@dataclass(frozen=True, slots=True)
class Changed:
    """What was written meanwhile. numbers, planned: by tenant."""

    trunk_ids: frozenset[str] = frozenset()
    numbers: Mapping[str, Sequence[OwnNumber]] = field(default_factory=dict)
    planned: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusalsKept:
    store: RejectionStore
    trunks: TrunkStore
    numbers: Numbers
    addresses: AddressPolicy
    clock: Clock
    bounds: Bounds = Bounds()

    async def keep(self, refusals: Iterable[Refusal]) -> None:
        groups: dict[Alike, list[Refusal]] = {}
        for one in refusals:
            groups.setdefault(alike(one, self.bounds.window), []).append(one)
        tenants: set[str] = set()
        lost: set[Alike] = set()
        for _ in range(_ROUNDS):
            if not groups:
                break
            groups = await self._written(groups, tenants, lost)
        else:
            raise Unavailable(
                "rejections_contended",
                f"{len(groups)} rows are being changed by others",
                hint="nothing is to be repaired: it is tried again",
            )
        for tenant_id in sorted(tenants):
            await self.store.trim(tenant_id, self.bounds.rows)

    async def settle(self, changed: Changed) -> None:
        """Looks again at what is open and may be mended by it."""
        rows = await self.store.open_of_trunks(changed.trunk_ids, _LOOKED_AT) if changed.trunk_ids else ()
        for row in rows:
            after = await self._judged(row)
            if after != row:
                await self.store.write(after)
        tenants = {*changed.numbers, *changed.planned}
        for row in await self.store.open_of_tenants(tenants, _LOOKED_AT) if tenants else ():
            after = await self._settled(row, changed)
            if after is not row:
                await self.store.write(after)

    async def _written(
        self, groups: Mapping[Alike, list[Refusal]], tenants: set[str], lost: set[Alike]
    ) -> dict[Alike, list[Refusal]]:
        """Those that are to be tried again: others were faster, or there was no room for a row of their own.
        tenants: takes those with a new row. lost: those whose place was taken; one whose place is taken and
        that is not found is a document that cannot be read, and is passed over."""
        known = await self.store.find([row_id(of) for of in groups])
        room: dict[Alike, int] = {}
        again: dict[Alike, list[Refusal]] = {}
        for of, told in groups.items():
            before = known.get(row_id(of))
            if before is None and of in lost:
                continue
            if before is None and not of.others and not await self._has_room(of.of_others(), room):
                again.setdefault(of.of_others(), []).extend(told)
                continue
            row = counted(before, told) if before else begun(row_id(of), of, told, _UNEXPLAINED)
            if row is before:
                continue
            if before is None:
                tenants.add(of.tenant_id)
            if not await self.store.write(await self._judged(row)):
                again.setdefault(of, []).extend(told)
                lost |= {of} if before is None else set()
        return again

    async def _has_room(self, others: Alike, room: dict[Alike, int]) -> bool:
        if others not in room:
            room[others] = self.bounds.each_window - await self.store.count_rows(others)
        room[others] -= 1
        return room[others] >= 0

    async def _settled(self, row: Rejection, changed: Changed) -> Rejection:
        """The row itself where nothing of it can have changed."""
        tenant_id, rule = row.alike.tenant_id, row.explanation.rule
        if rule is Rule.PLAN and row.last.number in changed.planned.get(tenant_id, ()):
            return judged(row, _PLANNED, self.clock.now())
        newer = {one.number: one for one in changed.numbers.get(tenant_id, ())}
        end = end_of(row.last.called)
        about = any(one in row.explanation.read_as or (end and one.endswith(end)) for one in newer)
        return await self._judged(row, newer) if rule is Rule.NUMBER and about else row

    async def _judged(self, row: Rejection, newer: Mapping[str, OwnNumber] | None = None) -> Rejection:
        trunk = await self._trunk(row)
        if row.alike.others:
            return judged(row, explain_others(row.last, trunk), self.clock.now())
        numbers = self.numbers(row.alike.tenant_id, newer or {})
        return judged(row, explain(row.last, trunk, numbers, self.addresses), self.clock.now())

    async def _trunk(self, row: Rejection) -> Trunk | None:
        if not row.alike.trunk_id:
            return None
        return await self.trunks.get(row.alike.tenant_id, row.alike.trunk_id)


_UNEXPLAINED = Explanation(Rule.REQUEST, "", "")
_PLANNED = Explanation(Rule.PLAN, "A routing plan says who answers it now.", "Call again.", holds_now=True)


def row_id(of: Alike) -> str:
    """Of the row that they stand in."""
    what = "\n".join((of.tenant_id, of.trunk_id, of.code, of.source_address, of.called, str(of.others)))
    return id_of("rej", of.window_at, what)
