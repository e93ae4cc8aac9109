"""The numbers of one tenant among all that are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sip_config.domain.known_records import HeldNumber, KnownRecords
from sip_config.domain.refused.numbers import OwnNumber


@dataclass(frozen=True, slots=True)
class TenantNumbers:
    """Implements NumbersKnown. newer: numbers that are not among the known ones yet, by E.164."""

    known: KnownRecords
    tenant_id: str
    newer: Mapping[str, OwnNumber] = field(default_factory=dict)

    def ending(self, trunk_id: str, end: str) -> OwnNumber | None:
        for own in self.newer.values():
            if own.trunk_id == trunk_id and own.number.endswith(end):
                return own
        held = self.known.number_ending(trunk_id, end)
        return None if held is None or held.tenant_id != self.tenant_id else _own(held)

    def held(self, number: str) -> OwnNumber | None:
        if number in self.newer:
            return self.newer[number]
        mine = (one for one in self.known.holders_of(number) if one.tenant_id == self.tenant_id)
        return next(map(_own, mine), None)


def _own(held: HeldNumber) -> OwnNumber:
    return OwnNumber(held.id, held.e164, held.trunk_id)
