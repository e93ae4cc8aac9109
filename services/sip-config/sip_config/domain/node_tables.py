"""What every node should hold, kept up to date change by change, within the room of the smallest node.

A number is offered only while its trunk is there and belongs to the same tenant, so that what is offered is
consistent at every moment. Each change costs the time of its own resources.

A trunk or number that does not fit its type raises Misfit before anything is changed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from sip_config.domain.change_log import Moved
from sip_config.domain.known_records import HeldNumber, KnownRecords, VoiceAgent
from sip_config.domain.resources import Body, Encode, Kind, Resource, kind_of
from sip_config.domain.trunk import Trunk
from siptypes.versions import part, written


@dataclass(frozen=True, slots=True)
class Room:
    """How many trunks and numbers fit into the smallest node; 0: no limit."""

    trunks: int = 0
    numbers: int = 0


class NodeTables:
    def __init__(self, encode: Encode, fixed: Iterable[Body]) -> None:
        """fixed: what settings name, edges and switches."""
        self.known = KnownRecords()
        self._encode = encode
        self._held: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
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

    # -- changes: each answers the names that moved

    def put_fixed(self, bodies: Iterable[Body]) -> list[Moved]:
        return self._move(self.known.put_fixed(bodies))

    def put_trunk(self, trunk: Trunk) -> list[Moved]:
        return self._move(self.known.put_trunk(trunk))

    def drop_trunk(self, trunk_id: str) -> list[Moved]:
        return self._move(self.known.drop_trunk(trunk_id))

    def put_number(self, number: HeldNumber) -> list[Moved]:
        return self._move(self.known.put_number(number))

    def drop_number(self, number_id: str) -> list[Moved]:
        return self._move(self.known.drop_number(number_id))

    def put_agent(self, agent: VoiceAgent) -> list[Moved]:
        return self._move(self.known.put_agent(agent))

    def drop_agent(self, agent_id: str) -> list[Moved]:
        return self._move(self.known.drop_agent(agent_id))

    def make_room(self, room: Room, *, evict: bool = False) -> list[Moved]:
        """Another limit: what waited for room comes in. evict: what does not fit goes, the newest first."""
        self.room = room
        moved = self._evict(Kind.TRUNK, room.trunks) + self._evict(Kind.NUMBER, room.numbers) if evict else []
        return moved + self._move([*self.surplus[Kind.TRUNK], *self.surplus[Kind.NUMBER]])

    # -- inside

    def _is_held(self, name: str) -> bool:
        return self.find(name) is not None

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
                waiting.extend(self.known.numbers_behind(name))
            if not there and self.surplus.get(kind):
                waiting.append(next(iter(self.surplus[kind])))
        return moved

    def _move_one(self, name: str) -> Moved | None:
        kind = kind_of(name)
        held, body = self._held[kind], self.known.wanted(name, self._is_held)
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
        by_age = sorted(held, key=self.known.oldest_holder)
        moved = []
        for name in by_age[most:]:
            self._subtract(held.pop(name))
            self.surplus[kind][name] = None
            moved.append(Moved(name, True))
        lost = [n for one in moved if kind is Kind.TRUNK for n in self.known.numbers_behind(one.name)]
        return moved + self._move(lost)

    def _subtract(self, gone: Resource) -> None:
        self._sum -= part(gone.name, gone.version)

    def _is_full(self, kind: Kind) -> bool:
        most = {Kind.TRUNK: self.room.trunks, Kind.NUMBER: self.room.numbers}.get(kind, 0)
        return most > 0 and len(self._held[kind]) >= most
