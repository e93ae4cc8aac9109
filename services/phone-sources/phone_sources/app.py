"""Bringing numbers in, listing them, letting them go."""

from dataclasses import dataclass, field

from phone_sources.domain.e164 import E164, Unreadable, read_number
from phone_sources.domain.number import Number, label_problem
from phone_sources.ports import NumberFilter, NumberStore, TrunkLookup
from servicekit.clock import Clock
from servicekit.errors import Conflict, Invalid, Violation
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import not_found


@dataclass(frozen=True, slots=True)
class Numbers:
    store: NumberStore
    trunks: TrunkLookup
    clock: Clock
    max_numbers: int = 10_000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(self, tenant_id: str, written: str, trunk_id: str, label: str) -> Number:
        trunk = await self.trunks.find(tenant_id, trunk_id)
        if trunk is None:
            raise Invalid(
                "number_invalid",
                "the number names a trunk that you do not have",
                violations=[
                    Violation(
                        "/trunk_id",
                        "trunk_not_found",
                        f"no trunk {trunk_id}",
                        "list your trunks and name one",
                    )
                ],
            )
        e164 = _checked(written, trunk.country, label)
        if await self.trunks.numbers_left(trunk_id) == 0:
            raise Conflict(
                "edges_full",
                "the edges hold as many numbers as they can",
                hint="delete a number that you do not use, or ask the operator for larger edges",
            )
        number = Number(new_id("num"), tenant_id, 1, e164, trunk_id, label, self.clock.now())
        async with self.counting.of(tenant_id):
            check_quota("numbers", await self.store.count(tenant_id), self.max_numbers)
            held = await self.store.add(number)
        if held is not None:
            raise _taken(held.by, tenant_id)
        return number

    async def get(self, tenant_id: str, number_id: str) -> Number:
        number = await self.store.get(tenant_id, number_id)
        if number is None:
            raise not_found("number", number_id)
        return number

    async def list(self, tenant_id: str, wanted: NumberFilter, size: int, token: str) -> Page[Number]:
        limit = page_size(size)
        found = await self.store.page(tenant_id, wanted, decode_token(token), limit + 1)
        return page_of(found, limit, lambda last: encode_token(last.id))

    async def delete(self, tenant_id: str, number_id: str) -> None:
        if not await self.store.remove(tenant_id, number_id):
            raise not_found("number", number_id)


def _checked(written: str, country: str, label: str) -> E164:
    violations = []
    e164 = read_number(written, country)
    if isinstance(e164, Unreadable):
        violations.append(Violation("/number", e164.code, e164.detail, e164.hint))
    problem = label_problem(label)
    if problem is not None:
        violations.append(Violation("/label", "label_invalid", problem, "use up to 80 printable characters"))
    if violations or isinstance(e164, Unreadable):
        raise Invalid("number_invalid", "the number cannot be taken as it is written", violations=violations)
    return e164


def _taken(by: Number, tenant_id: str) -> Conflict:
    if by.tenant_id == tenant_id:
        return Conflict(
            "number_taken",
            f"you hold {by.e164.value} already, as {by.id} on trunk {by.trunk_id}",
            hint="delete that one first to move it to another trunk",
        )
    return Conflict(
        "number_taken",
        "this number is held already",
        hint="check the digits; if the number is yours, ask support to release it",
    )
