"""Judging pasted lines before anything is brought in."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from phone_sources.domain.e164 import E164, is_country
from phone_sources.domain.judgement import Judgement, judge
from phone_sources.domain.number import NO_COUNTRY, Trunk
from phone_sources.domain.pasted import read_line
from phone_sources.ports import NumberStore, TrunkLookup
from servicekit.refusals import invalid, not_found
from siptypes.faults import Fault

MAX_LINES = 1000
_AT_ONCE = 25
"""Reading a number takes some 0.1 ms; other requests come between."""
_Read = TypeVar("_Read")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Judging:
    store: NumberStore
    trunks: TrunkLookup

    async def judge(
        self, tenant_id: str, trunk_id: str, country: str, lines: Sequence[str]
    ) -> Sequence[Judgement]:
        """trunk_id, country: "" where nobody said; the country said goes before the trunk's."""
        if country and not is_country(country):
            detail = f"{country[:80]!r} is no country's code"
            where = Fault("/country", "country_unknown", detail, "use ISO 3166-1 alpha-2, such as DE or US")
            raise invalid("number", [where])
        trunk = await own_trunk(self.trunks, tenant_id, trunk_id) if trunk_id else None
        read_in = country or (trunk.country if trunk else NO_COUNTRY)
        read = await read_each(lines, lambda line: read_line(line, read_in))
        wanted = {one.number for one in read if isinstance(one.number, E164)}
        held = {one.e164: one for one in await self.store.find_all(wanted)}
        return list(judge(zip(lines, read, strict=True), tenant_id, trunk_id, held))


async def own_trunk(trunks: TrunkLookup, tenant_id: str, trunk_id: str) -> Trunk:
    """Raises NotFound, also for another tenant's."""
    trunk = await trunks.find(tenant_id, trunk_id)
    if trunk is None:
        raise not_found("trunk", trunk_id[:80])
    return trunk


async def read_each(items: Iterable[_Item], read: Callable[[_Item], _Read]) -> list[_Read]:
    done: list[_Read] = []
    for place, item in enumerate(items):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        done.append(read(item))
    return done
