"""What every node should hold, kept up to date change by change.

Trunks and numbers come in any order and more than once: the newest version wins, and what was deleted lately
does not come back. A number is offered only while its trunk is there and belongs to the same tenant, so that
what is offered is consistent at every moment. Each change costs the time of its own resources.

A trunk or number that does not fit its type raises Misfit before anything is changed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern

from sip_config.domain.change_log import Moved
from sip_config.domain.holders import Holders
from sip_config.domain.recent import RecentSet
from sip_config.domain.resources import (
    Body,
    Encode,
    EndpointBody,
    Kind,
    NumberBody,
    Resource,
    check_number,
    kind_of,
    number_name,
    trunk_name,
)
from sip_config.domain.trunk import Trunk
from siptypes.faults import Misfit
from siptypes.versions import part, written

GONE = 100_000  # deleted ids that are remembered, so that an older record that comes late does not undo it


@dataclass(frozen=True, slots=True)
class HeldNumber:
    id: str
    tenant_id: str
    version: int
    e164: str
    trunk_id: str


@dataclass(frozen=True, slots=True)
class Room:
    """How many trunks and numbers fit into the smallest node; 0: no limit."""

    trunks: int = 0
    numbers: int = 0


class NodeTables:
    def __init__(self, encode: Encode, fixed: Iterable[Body]) -> None:
        """fixed: what settings name, edges and switches."""
        self._encode = encode
        self._held: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
        self._fixed: dict[str, Body] = {}
        self._trunks: dict[str, Trunk] = {}
        self._numbers: dict[str, HeldNumber] = {}
        self._numbers_of: dict[str, set[str]] = {}
        self._holders = Holders()
        self._endpoints: dict[str, tuple[EndpointBody, int]] = {}
        self._gone = RecentSet(GONE)
        self._sum = 0
        self.room = Room()
        # names that would be held if the smallest node had room
        self.surplus: dict[Kind, dict[str, None]] = {Kind.TRUNK: {}, Kind.NUMBER: {}}
        self.put_fixed(fixed)

    @property
    def version(self) -> str:
        return written(self._sum)

    def resources(self) -> list[Resource]:
        """All of them, in the order in which nodes put them in force; the list is the caller's own."""
        found: list[Resource] = []
        for held in self._held.values():
            found += held.values()
        return found

    def find(self, name: str) -> Resource | None:
        return self._held[kind_of(name)].get(name)

    def count(self, kind: Kind) -> int:
        return len(self._held[kind])

    def trunk(self, trunk_id: str) -> Trunk | None:
        return self._trunks.get(trunk_id)

    def trunk_of(self, name: str) -> str:
        """The id of the trunk that a trunk's or number's name belongs to; empty when nobody holds it."""
        for holder in self._holders.of(name):
            return self._numbers[holder].trunk_id if holder in self._numbers else holder
        return ""

    def numbers_known(self) -> int:
        return len(self._numbers)

    def trunks_known(self) -> int:
        return len(self._trunks)

    def number_count(self, trunk_id: str) -> int:
        return len(self._numbers_of.get(trunk_id, ()))

    # -- changes: each answers the names that moved

    def put_fixed(self, bodies: Iterable[Body]) -> list[Moved]:
        before, self._fixed = self._fixed, {body.name: body for body in bodies}
        return self._move([*before, *self._fixed])

    def put_trunk(self, trunk: Trunk) -> list[Moved]:
        known = self._trunks.get(trunk.id)
        if trunk.id in self._gone or (known is not None and known.version >= trunk.version):
            return []
        trunk.body()  # raises before anything is changed
        if known is not None and (known.domain, known.tenant_id) != (trunk.domain, trunk.tenant_id):
            raise Misfit(f"trunk {trunk.id} has another domain or tenant than before")
        endpoints = self._use_endpoints(known, trunk)
        self._trunks[trunk.id] = trunk
        self._holders.add(trunk_name(trunk.domain), trunk.id)
        return self._move(
            [*endpoints, trunk_name(trunk.domain), *(self._number_names(trunk.id) if known is None else ())]
        )

    def drop_trunk(self, trunk_id: str) -> list[Moved]:
        self._gone.add(trunk_id)
        trunk = self._trunks.pop(trunk_id, None)
        if trunk is None:
            return []
        self._holders.remove(trunk_name(trunk.domain), trunk_id)
        endpoints = self._use_endpoints(trunk, None)
        return self._move([*endpoints, *self._number_names(trunk_id), trunk_name(trunk.domain)])

    def put_number(self, number: HeldNumber) -> list[Moved]:
        known = self._numbers.get(number.id)
        if number.id in self._gone or (known is not None and known.version >= number.version):
            return []
        check_number(number.e164)
        names = [number_name(number.e164)]
        if known is not None:
            self._forget(known)
            names.append(number_name(known.e164))
        tenant_id, trunk_id = intern(number.tenant_id), intern(number.trunk_id)
        self._numbers[number.id] = HeldNumber(number.id, tenant_id, number.version, number.e164, trunk_id)
        self._numbers_of.setdefault(trunk_id, set()).add(number.id)
        self._holders.add(names[0], number.id)
        return self._move(names)

    def drop_number(self, number_id: str) -> list[Moved]:
        self._gone.add(number_id)
        number = self._numbers.pop(number_id, None)
        if number is None:
            return []
        self._forget(number)
        return self._move([number_name(number.e164)])

    def make_room(self, room: Room, *, evict: bool = False) -> list[Moved]:
        """Another limit: what waited for room comes in. evict: what does not fit goes, the newest first."""
        self.room = room
        moved = self._evict(Kind.TRUNK, room.trunks) + self._evict(Kind.NUMBER, room.numbers) if evict else []
        return moved + self._move([*self.surplus[Kind.TRUNK], *self.surplus[Kind.NUMBER]])

    # -- inside

    def _forget(self, number: HeldNumber) -> None:
        held = self._numbers_of[number.trunk_id]
        held.discard(number.id)
        if not held:
            del self._numbers_of[number.trunk_id]
        self._holders.remove(number_name(number.e164), number.id)

    def _number_names(self, trunk_id: str) -> list[str]:
        held = self._numbers_of.get(trunk_id, ())
        return [number_name(self._numbers[number_id].e164) for number_id in held]

    def _use_endpoints(self, before: Trunk | None, after: Trunk | None) -> list[str]:
        """A disabled trunk's endpoints are left alone. Answers the names of those that may have moved."""
        old, new = _probed(before), _probed(after)
        for name, body in new.items():
            uses = self._endpoints.get(name, (body, 0))[1]
            self._endpoints[name] = (body, uses + (name not in old))
        for name in old.keys() - new.keys():
            body, uses = self._endpoints.pop(name)
            if uses > 1:
                self._endpoints[name] = (body, uses - 1)
        return sorted(old.keys() ^ new.keys())

    def _wanted(self, name: str) -> Body | None:
        match kind_of(name):
            case Kind.ENDPOINT:
                return self._endpoints[name][0] if name in self._endpoints else None
            case Kind.TRUNK:
                return next((self._trunks[holder].body() for holder in self._holders.of(name)), None)
            case Kind.NUMBER:
                return next(filter(None, map(self._number_body, self._holders.of(name))), None)
        return self._fixed.get(name)

    def _number_body(self, number_id: str) -> NumberBody | None:
        number = self._numbers[number_id]
        trunk = self._trunks.get(number.trunk_id)
        if trunk is None or trunk.tenant_id != number.tenant_id:
            return None
        if not self.find(trunk_name(trunk.domain)):  # it waits for room itself
            return None
        return NumberBody(number.e164, trunk.domain)

    def _move(self, names: Iterable[str]) -> list[Moved]:
        moved: list[Moved] = []
        waiting = deque(names)
        while waiting:
            name = waiting.popleft()
            one = self._move_one(name)
            if one is None:
                continue
            moved.append(one)
            kind, there = kind_of(name), self.find(name) is not None
            if kind is Kind.TRUNK and there != one.was_there:
                waiting.extend(self._numbers_behind(name))
            if not there and self.surplus.get(kind):
                waiting.append(next(iter(self.surplus[kind])))
        return moved

    def _numbers_behind(self, name: str) -> list[str]:
        return [number for holder in self._holders.of(name) for number in self._number_names(holder)]

    def _move_one(self, name: str) -> Moved | None:
        kind = kind_of(name)
        held, body = self._held[kind], self._wanted(name)
        before = held.get(name)
        if body is None:
            self.surplus.get(kind, {}).pop(name, None)
            if before is None:
                return None
            self._subtract(held.pop(name))
            return Moved(name, True)
        if before is None and self._is_full(kind):
            self.surplus[kind][name] = None
            return None
        after = self._encode(body)
        if before == after:
            return None
        if before is not None:
            self._subtract(before)
        held[name] = after
        self._sum += part(after.name, after.version)
        self.surplus.get(kind, {}).pop(name, None)
        return Moved(name, before is not None)

    def _evict(self, kind: Kind, most: int) -> list[Moved]:
        held = self._held[kind]
        if not most or len(held) <= most:
            return []
        by_age = sorted(held, key=lambda name: self._holders.of(name)[0])
        moved = []
        for name in by_age[most:]:
            self._subtract(held.pop(name))
            self.surplus[kind][name] = None
            moved.append(Moved(name, True))
        lost = [n for one in moved if kind is Kind.TRUNK for n in self._numbers_behind(one.name)]
        return moved + self._move(lost)

    def _subtract(self, gone: Resource) -> None:
        self._sum -= part(gone.name, gone.version)

    def _is_full(self, kind: Kind) -> bool:
        most = {Kind.TRUNK: self.room.trunks, Kind.NUMBER: self.room.numbers}.get(kind, 0)
        return most > 0 and len(self._held[kind]) >= most


def _probed(trunk: Trunk | None) -> dict[str, EndpointBody]:
    if trunk is None or not trunk.fields.enabled:
        return {}
    bodies = (endpoint.body() for endpoint in trunk.fields.endpoints)
    return {body.name: body for body in bodies}
