"""Which trunks an answered call came in by: until then a trunk is untested, however well it is set up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.recent import RecentSet
from sip_config.ports import TrunkTestStore

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class TrunkTests:
    """The first call of a trunk is kept, so that a trunk costs one write."""

    store: TrunkTestStore
    tested: RecentSet = field(default_factory=lambda: RecentSet(_REMEMBERED))

    async def heard(self, calls: Sequence[AnsweredCall]) -> None:
        for call in sorted(calls, key=lambda one: one.at):
            if call.trunk_id and call.trunk_id not in self.tested:
                await self.store.put(call)
                self.tested.add(call.trunk_id)

    async def forget(self, trunk_ids: Collection[str]) -> None:
        """Of trunks that are deleted."""
        if trunk_ids:
            await self.store.drop(trunk_ids)

    async def of(self, trunk_ids: Collection[str]) -> Mapping[str, datetime]:
        """By trunk, without those that are untested."""
        return await self.store.tested_at(trunk_ids) if trunk_ids else {}
