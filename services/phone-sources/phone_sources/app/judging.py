"""Judging pasted lines before anything is brought in."""

from collections.abc import Sequence
from dataclasses import dataclass

from phone_sources.app.turns import Turns, in_slices
from phone_sources.domain.e164 import E164, is_country
from phone_sources.domain.judgement import Judgement, judge
from phone_sources.domain.number import NO_COUNTRY, Trunk
from phone_sources.domain.pasted import read_line
from phone_sources.ports import NumberStore, TrunkLookup
from servicekit.refusals import invalid, not_found
from siptypes.faults import Fault

MAX_LINES = 1000


@dataclass(frozen=True, slots=True)
class Judging:
    store: NumberStore
    trunks: TrunkLookup
    turns: Turns

    async def judge(
        self, tenant_id: str, trunk_id: str, country: str, lines: Sequence[str]
    ) -> Sequence[Judgement]:
        """trunk_id, country: "" where nobody said; the country said goes before the trunk's. Raises
        Invalid, NotFound, TooMany."""
        if country and not is_country(country):
            detail = f"{country[:80]!r} is no country's code"
            where = Fault("/country", "country_unknown", detail, "use ISO 3166-1 alpha-2, such as DE or US")
            raise invalid("number", [where])
        trunk = await own_trunk(self.trunks, tenant_id, trunk_id) if trunk_id else None
        read_in = country or (trunk.country if trunk else NO_COUNTRY)
        async with self.turns.of(tenant_id):
            read = await in_slices(read_line(line, read_in) for line in lines)
            wanted = {one.number for one in read if isinstance(one.number, E164)}
            held = {one.e164: one for one in await self.store.find_all(wanted)}
            return await in_slices(judge(zip(lines, read, strict=True), tenant_id, trunk_id, held))


async def own_trunk(trunks: TrunkLookup, tenant_id: str, trunk_id: str) -> Trunk:
    """Raises NotFound, also for another tenant's."""
    trunk = await trunks.find(tenant_id, trunk_id)
    if trunk is None:
        raise not_found("trunk", trunk_id)
    return trunk
