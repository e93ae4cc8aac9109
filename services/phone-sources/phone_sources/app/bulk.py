"""Bringing many numbers in at once, each by itself: what is wrong with one keeps no other one back.

The same list again ends as it did: what is on the trunk already is kept as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from phone_sources.app.judging import own_trunk
from phone_sources.app.numbers import Numbers, edges_full, taken
from phone_sources.app.turns import Turns, in_slices
from phone_sources.domain.bringing import Brought, Outcome, Wanted, in_order, read_wanted
from phone_sources.domain.e164 import E164
from phone_sources.domain.number import (
    Number,
    NumberDraft,
    NumberFields,
    Trunk,
    number_warnings,
)
from servicekit.api.asked import Asked
from servicekit.api.preconditions import WHICHEVER
from servicekit.errors import Conflict, Invalid, NotFound, Problem, QuotaReached, VersionMismatch
from servicekit.ids import new_id
from servicekit.quotas import check_quota
from siptypes.faults import Fault

MAX_NUMBERS = 1000
_AT_ONCE = 100
_OF_ONE = (Conflict, Invalid, NotFound, QuotaReached, VersionMismatch)
"""What is wrong with one number, and not with us."""


@dataclass(slots=True)
class _Order:
    """edges_left: how many numbers the edges still hold; None: nobody can say."""

    tenant_id: str
    trunk: Trunk
    move: bool
    edges_left: int | None


_Some = Mapping[E164, Wanted]


@dataclass(frozen=True, slots=True)
class Bulk:
    numbers: Numbers
    turns: Turns

    async def bring(
        self, tenant_id: str, trunk_id: str, wanted: Sequence[Wanted], *, move: bool
    ) -> Sequence[Brought]:
        """move: also those that are on another trunk of the tenant. Raises NotFound, TooMany, and
        Unavailable; what was written before stays."""
        trunk = await own_trunk(self.numbers.trunks, tenant_id, trunk_id)
        async with self.turns.of(tenant_id):
            read = await in_slices(read_wanted(one, trunk) for one in wanted)
        order = _Order(tenant_id, trunk, move, await self.numbers.trunks.numbers_left(trunk_id))
        first: dict[E164, Wanted] = {}
        for one, e164 in zip(wanted, read, strict=True):
            if isinstance(e164, E164):
                first.setdefault(e164, one)
        done: dict[E164, Brought] = {}
        for some in _in_parts(first):
            done |= await self._bring(order, some)
        return list(in_order(read, done))

    async def _bring(self, order: _Order, some: _Some) -> Mapping[E164, Brought]:
        held = {one.e164: one for one in await self.numbers.store.find_all(some.keys())}
        new = {e164: one for e164, one in some.items() if e164 not in held}
        done, meanwhile = await self._make(order, new)
        for e164, by in {**held, **meanwhile}.items():
            done[e164] = await self._settle(order, some[e164], by)
        return done

    async def _make(self, order: _Order, new: _Some) -> tuple[dict[E164, Brought], Mapping[E164, Number]]:
        """What became of each, and those that somebody else has brought in meanwhile."""
        if not new:
            return {}, {}
        numbers, now = self.numbers, self.numbers.clock.now()
        async with numbers.counting.of(order.tenant_id):
            fit, full = await self._room(order, len(new))
            made = [
                Number(new_id("num"), order.tenant_id, 1, e164, _fields(order, one), now, now)
                for e164, one in list(new.items())[:fit]
            ]
            held = await numbers.store.add_all(made) if made else {}
        if order.edges_left is not None:
            order.edges_left -= len(made) - len(held)
        done = {
            one.e164: Brought(one.e164.value, Outcome.MADE, one.id, _warning(one.e164))
            for place, one in enumerate(made)
            if place not in held
        }
        done |= {e164: _refused(e164.value, full) for e164 in list(new)[fit:] if full}
        return done, {made[place].e164: one.by for place, one in held.items()}

    async def _room(self, order: _Order, wanted: int) -> tuple[int, Problem | None]:
        """How many more fit, and why not all of them do."""
        most, has = self.numbers.max_numbers, await self.numbers.store.count(order.tenant_id)
        fit = wanted
        full: Problem | None = None
        if order.edges_left is not None and order.edges_left < fit:
            fit, full = max(0, order.edges_left), edges_full()
        try:
            check_quota("numbers", has, most, fit)
        except QuotaReached as problem:
            fit, full = max(0, most - has), problem
        return fit, full

    async def _settle(self, order: _Order, wanted: Wanted, by: Number) -> Brought:
        """Of a number that is held."""
        if by.tenant_id == order.tenant_id and by.trunk_id == order.trunk.id:
            return Brought(by.e164.value, Outcome.KEPT, by.id, _warning(by.e164))
        if by.tenant_id != order.tenant_id or not order.move:
            return _refused(by.e164.value, taken(by, order.tenant_id))

        def change(before: Number) -> Asked[NumberDraft]:
            label = before.label if wanted.label is None else wanted.label
            return Asked(NumberDraft(None, order.trunk.id, label))

        try:
            await self.numbers.update(order.tenant_id, by.id, change, WHICHEVER)
        except _OF_ONE as problem:
            return _refused(by.e164.value, problem)
        return Brought(by.e164.value, Outcome.MOVED, by.id, _warning(by.e164))


def _fields(order: _Order, wanted: Wanted) -> NumberFields:
    return NumberFields(order.trunk.id, (wanted.label or "").strip())


def _refused(number: str, problem: Problem) -> Brought:
    return Brought(
        number, Outcome.REFUSED, fault=Fault("/number", problem.code, problem.detail, problem.hint)
    )


def _warning(e164: E164) -> Fault | None:
    return next(iter(number_warnings(e164)), None)


def _in_parts(wanted: _Some) -> Iterator[_Some]:
    items = list(wanted.items())
    for start in range(0, len(items), _AT_ONCE):
        yield dict(items[start : start + _AT_ONCE])
