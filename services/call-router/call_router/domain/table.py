"""Everything that a decision looks at, in memory, indexed for it.

Rule: the newest version of each record wins, whatever the order in which versions come and however often;
what was deleted stays deleted (ids are never used twice). The table's version is a sum over what is in it:
equal content, equal version.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from call_router.domain.agent import Agent
from call_router.domain.numbering import CountryRules
from call_router.domain.plan import Plan
from call_router.domain.records import Number, Record, Trunk
from call_router.domain.slots import Slots

Kind = Literal["trunk", "number", "plan", "agent"]
KINDS: tuple[Kind, ...] = ("trunk", "number", "plan", "agent")
REMEMBERED_DELETIONS = 100_000
_MODULUS = 1 << 64


class RoutingTable:
    def __init__(self, rules_of: Callable[[str], CountryRules]) -> None:
        # false until it was filled once, from disk or from the topics: see route
        self.ready = False
        self.version = 0
        self.trunks: dict[str, tuple[Trunk, CountryRules]] = {}
        self.agents: dict[str, Agent] = {}
        # by (tenant, trunk, E.164) and by (tenant, E.164)
        self.numbers: Slots[tuple[str, str, str], Number] = Slots()
        self.plans: Slots[tuple[str, str], Plan] = Slots()
        self._records: dict[Kind, dict[str, Record]] = {kind: {} for kind in KINDS}
        self._deleted: dict[str, None] = {}
        self._rules_of = rules_of

    def apply(self, record: Record) -> bool:
        """Whether it was news."""
        known = self._records[kind_of(record)].get(record.id)
        if record.id in self._deleted or (known is not None and known.version >= record.version):
            return False
        if known is not None:
            self._remove(known)
        self._insert(record)
        return True

    def delete(self, record_id: str) -> bool:
        """Whether it was there. Also remembers it, so that an older message cannot bring it back."""
        if record_id not in self._deleted:
            self._deleted[record_id] = None
            if len(self._deleted) > REMEMBERED_DELETIONS:
                del self._deleted[next(iter(self._deleted))]
        for records in self._records.values():
            known = records.get(record_id)
            if known is not None:
                self._remove(known)
                return True
        return False

    def records(self, kind: Kind) -> Mapping[str, Record]:
        return self._records[kind]

    def all_records(self) -> Iterable[Record]:
        for kind in KINDS:
            yield from self._records[kind].values()

    def deletions(self) -> Iterable[str]:
        return self._deleted

    def __len__(self) -> int:
        return sum(map(len, self._records.values()))

    def _insert(self, record: Record) -> None:
        self._records[kind_of(record)][record.id] = record
        self.version = (self.version + _fingerprint(record)) % _MODULUS
        match record:
            case Trunk():
                self.trunks[record.id] = (record, self._rules_of(record.country))
            case Agent():
                self.agents[record.id] = record
            case Number():
                self.numbers.claim((record.tenant_id, record.trunk_id, record.e164), record)
            case Plan():
                for number in record.numbers:
                    self.plans.claim((record.tenant_id, number), record)

    def _remove(self, record: Record) -> None:
        del self._records[kind_of(record)][record.id]
        self.version = (self.version - _fingerprint(record)) % _MODULUS
        match record:
            case Trunk():
                del self.trunks[record.id]
            case Agent():
                del self.agents[record.id]
            case Number():
                self.numbers.release((record.tenant_id, record.trunk_id, record.e164), record)
            case Plan():
                for number in record.numbers:
                    self.plans.release((record.tenant_id, number), record)


_KIND_OF: dict[type[Record], Kind] = {Trunk: "trunk", Number: "number", Plan: "plan", Agent: "agent"}


def kind_of(record: Record) -> Kind:
    return _KIND_OF[type(record)]


def _fingerprint(record: Record) -> int:
    name = f"{record.id}@{record.version}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big")
