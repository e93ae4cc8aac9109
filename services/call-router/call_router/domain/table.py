"""Everything that a decision looks at, in memory, indexed for it.

The newest version of each record wins, whatever the order in which versions come and however often;
what was deleted stays deleted (ids are never used twice). The table's version is a sum over what is in it:
equal content, equal version.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, cast

from call_router.domain.agent import Agent
from call_router.domain.number_index import NumberIndex
from call_router.domain.plan import Plan
from call_router.domain.plan_index import PlanIndex
from call_router.domain.records import Number, Record, Trunk
from siptypes.numbering import CountryRules

Kind = Literal["trunk", "number", "plan", "agent"]
# in the order in which they are best read: plans find their agents there
KINDS: tuple[Kind, ...] = ("trunk", "agent", "number", "plan")
REMEMBERED_DELETIONS = 100_000
_MODULUS = 1 << 64


@dataclass(frozen=True, slots=True)
class KnownTrunk:
    """What each call asks of its trunk, in one object."""

    tenant_id: str
    enabled: bool
    rules: CountryRules
    trunk: Trunk


class RoutingTable:
    def __init__(self, rules_of: Callable[[str], CountryRules]) -> None:
        # false until it was filled once, from disk or from the topics: see route
        self.ready = False
        self.version = 0
        self.trunks: dict[str, KnownTrunk] = {}
        self.agents: dict[str, Agent] = {}
        self.number_index = NumberIndex()
        self._records: dict[Kind, dict[str, Record]] = {kind: {} for kind in KINDS}
        self._deleted: dict[str, None] = {}
        # one string for each tenant, shared by its trunks: each call compares it
        self._tenants: dict[str, str] = {}
        self._rules_of = rules_of
        self._plan_index = PlanIndex(self._plan, self.agents.get, self.trunk, self.number_index.answer_added)

    def apply(self, record: Record) -> bool:
        """Whether it was news."""
        known = self._records[kind_of(record)].get(record.id)
        if record.id in self._deleted or (known is not None and known.version >= record.version):
            return False
        if known is not None:
            self._remove(known)
        self._insert(record)
        return True

    def fill(self, records: Iterable[Record], version: int) -> None:
        """Into an empty table, in the order of KINDS, each id once: a table that was written down.

        version: of that content, which saves a hash for each record. Raises ValueError when the table holds
        something."""
        if len(self):
            raise ValueError("the table is not empty")
        for kind, of_kind in groupby(records, type):
            many = list(of_kind)
            self._records[_KIND_OF[kind]].update({record.id: record for record in many})
            if kind is Number:
                self.number_index.numbers_filled(cast(list[Number], many))
            elif kind is Plan:
                self.number_index.answers_filled(self._plan_index.plans_filled(cast(list[Plan], many)))
            else:
                for record in many:
                    self._index(record)
        self.version = version

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

    def trunk(self, trunk_id: str) -> Trunk | None:
        return self.trunks[trunk_id].trunk if trunk_id in self.trunks else None

    def _plan(self, plan_id: str) -> Plan | None:
        plan = self._records["plan"].get(plan_id)
        return plan if isinstance(plan, Plan) else None

    def _insert(self, record: Record) -> None:
        self.version = (self.version + _fingerprint(record)) % _MODULUS
        self._index(record)

    def _index(self, record: Record) -> None:
        self._records[_KIND_OF[type(record)]][record.id] = record
        # the most frequent kinds first: a million numbers are read at each start
        match record:
            case Number():
                self.number_index.number_added(record)
            case Plan():
                self.number_index.answer_added(self._plan_index.plan_added(record))
            case Trunk():
                tenant_id = self._tenants.setdefault(record.tenant_id, record.tenant_id)
                rules = self._rules_of(record.country)
                self.trunks[record.id] = KnownTrunk(tenant_id, record.enabled, rules, record)
                self._plan_index.trunk_changed(record.id)
            case Agent():
                self.agents[record.id] = record
                self._plan_index.agent_added(record)

    def _remove(self, record: Record) -> None:
        del self._records[kind_of(record)][record.id]
        self.version = (self.version - _fingerprint(record)) % _MODULUS
        match record:
            case Trunk():
                del self.trunks[record.id]
                self._plan_index.trunk_changed(record.id)
            case Agent():
                del self.agents[record.id]
                self._plan_index.agent_removed(record)
            case Number():
                self.number_index.number_removed(record)
            case Plan():
                self._plan_index.plan_removed(record)
                self.number_index.plan_removed(record.tenant_id, record.id, record.numbers)


_KIND_OF: dict[type[Record], Kind] = {Trunk: "trunk", Number: "number", Plan: "plan", Agent: "agent"}


def kind_of(record: Record) -> Kind:
    return _KIND_OF[type(record)]


def _fingerprint(record: Record) -> int:
    name = f"{record.id}@{record.version}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big")
