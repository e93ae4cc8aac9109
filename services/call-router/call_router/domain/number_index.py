"""The numbers, each with its answer beside it: one lookup finds both.

A number is held on a trunk, and a plan names it for its tenant; either may come first. For a moment two
records may claim the same place (a number that moves from one plan to another is told by two messages, in
either order): the claim that sorts first by id holds it, and when it lets go the next one does. So the same
records give the same holders, whatever the order in which they came.

A call touches as few objects as can be, because in a large table each of them is a wait for memory.
That is why a key is one string and an answer stands beside its number.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from call_router.domain.plan_index import Answer
from call_router.domain.records import Number


@dataclass(slots=True)
class Held:
    """A number on its trunk, and who answers it: None when no plan names it."""

    number: Number
    answer: Answer | None


@dataclass(slots=True)
class _Planned:
    """What there is of one number of one tenant."""

    answers: tuple[Answer, ...] = ()
    held: tuple[Held, ...] = ()


class NumberIndex:
    def __init__(self) -> None:
        # by number_key: read by the decision itself
        self.held: dict[str, Held] = {}
        self._waiting: dict[str, list[Held]] = {}
        self._planned: dict[str, _Planned] = {}

    def number_added(self, number: Number) -> None:
        key = number_key(number.tenant_id, number.trunk_id, number.e164)
        planned = self._planned_at(number.tenant_id, number.e164)
        new = Held(number, planned.answers[0] if planned.answers else None)
        planned.held = (*planned.held, new) if planned.held else (new,)
        first = self.held.setdefault(key, new)
        if first is not new:
            waiting = sorted([first, new, *self._waiting.get(key, ())], key=lambda held: held.number.id)
            self.held[key], self._waiting[key] = waiting[0], waiting[1:]

    def numbers_filled(self, numbers: Iterable[Number]) -> None:
        """As number_added for each of many, in less time, before there is an answer."""
        places, planned_of = self.held, self._planned
        for number in numbers:
            new = Held(number, None)
            key = number_key(number.tenant_id, number.trunk_id, number.e164)
            if places.setdefault(key, new) is not new:
                self.number_added(number)
                continue
            alone = _Planned((), (new,))
            planned = planned_of.setdefault(_plan_key(number.tenant_id, number.e164), alone)
            if planned is not alone:
                planned.held = (*planned.held, new)

    def answers_filled(self, answers: Iterable[Answer]) -> None:
        """As answer_added for each of many, in less time."""
        planned_at = self._planned.get
        for answer in answers:
            for e164 in answer.plan.numbers:
                planned = planned_at(_plan_key(answer.plan.tenant_id, e164))
                if planned is None or planned.answers:
                    # nobody holds it, or others claim it too
                    self.answer_added(answer)
                    break
                planned.answers = (answer,)
                for held in planned.held:
                    held.answer = answer

    def is_held(self, tenant_id: str, e164: str) -> bool:
        """By this tenant, on whichever trunk."""
        planned = self._planned.get(_plan_key(tenant_id, e164))
        return planned is not None and bool(planned.held)

    def number_removed(self, number: Number) -> None:
        key = number_key(number.tenant_id, number.trunk_id, number.e164)
        claims = [
            one for one in (self.held.pop(key), *self._waiting.pop(key, ())) if one.number.id != number.id
        ]
        if claims:
            self.held[key] = claims[0]
        if claims[1:]:
            self._waiting[key] = claims[1:]
        planned = self._planned[_plan_key(number.tenant_id, number.e164)]
        planned.held = tuple([one for one in planned.held if one.number.id != number.id])
        self._forget(number.tenant_id, number.e164)

    def answer_added(self, answer: Answer) -> None:
        """Also one that takes the place of an older answer of the same plan."""
        plan = answer.plan
        for e164 in plan.numbers:
            planned = self._planned_at(plan.tenant_id, e164)
            if planned.answers:
                others = [one for one in planned.answers if one.plan.id != plan.id]
                planned.answers = tuple(sorted([answer, *others], key=lambda one: one.plan.id))
            else:
                planned.answers = (answer,)
            _settle(planned)

    def plan_removed(self, tenant_id: str, plan_id: str, numbers: tuple[str, ...]) -> None:
        for e164 in numbers:
            planned = self._planned[_plan_key(tenant_id, e164)]
            planned.answers = tuple([one for one in planned.answers if one.plan.id != plan_id])
            _settle(planned)
            self._forget(tenant_id, e164)

    def _planned_at(self, tenant_id: str, e164: str) -> _Planned:
        key = _plan_key(tenant_id, e164)
        planned = self._planned.get(key)
        if planned is None:
            planned = self._planned[key] = _Planned()
        return planned

    def _forget(self, tenant_id: str, e164: str) -> None:
        key = _plan_key(tenant_id, e164)
        if not self._planned[key].answers and not self._planned[key].held:
            del self._planned[key]


def number_key(tenant_id: str, trunk_id: str, e164: str) -> str:
    return f"{e164} {trunk_id} {tenant_id}"


def _plan_key(tenant_id: str, e164: str) -> str:
    return f"{e164} {tenant_id}"


def _settle(planned: _Planned) -> None:
    answer = planned.answers[0] if planned.answers else None
    for held in planned.held:
        held.answer = answer
