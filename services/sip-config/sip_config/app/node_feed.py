"""What nodes are told: one whole, then each change.

Nothing is offered before all trunks and all numbers were read and believed: half a table would cut off the
other half. Nor before the agents were read: what is left out of a whole is probed no more.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sip_config.app.news import Change, Whole
from sip_config.app.set_aside import MOST, SetAside
from sip_config.domain.change_log import ChangeLog, Moved, TrunkMoved
from sip_config.domain.known_records import HeldNumber, VoiceAgent
from sip_config.domain.node_tables import NodeTables, Room
from sip_config.domain.resources import Body, Kind, Resource, kind_of, trunk_name
from sip_config.domain.trunk import Trunk
from siptypes.faults import Misfit
from siptypes.versions import Revision

_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was read: a log and the position in it."""

    log: str
    position: int


@dataclass
class _Reading:
    missing: set[str] = field(default_factory=lambda: {"trunks", "numbers", "agents"})
    doubts: dict[str, str] = field(default_factory=dict)


class NodeFeed:
    """Implements Feed; a stream asks `news` and waits for `moved`."""

    def __init__(self, tables: NodeTables, positions: Callable[[], Revision] = dict) -> None:
        """positions: how far the state topics were read."""
        self.tables = tables
        self.positions = positions
        self._log = ChangeLog(tables.version)
        self._reading = _Reading()
        self._moved = asyncio.Condition()
        self._waking: asyncio.Task[None] | None = None
        self._room = Room()
        # the newest whole that was asked for, by its version
        self._listed: tuple[str, Sequence[Resource]] = ("", ())
        # trunk id -> where its newest version was read
        self._places: dict[str, Place] = {}
        self._aside = SetAside()

    # -- what comes in

    def trunk_written(self, trunk: Trunk, place: Place | None = None) -> None:
        before = self._trunk_version(trunk.id)
        version = self.tables.version
        try:
            moved = self.tables.put_trunk(trunk)
        except Misfit as wrong:
            self._aside.add(trunk.id, trunk.id, str(wrong))
            return
        self._aside.forget(trunk.id)
        if place is not None and self._trunk_version(trunk.id) == trunk.version:
            self._places[trunk.id] = place
        self._tell(version, moved, TrunkMoved(trunk.id, before))

    def trunk_seen(self, trunk_id: str, version: int, place: Place) -> bool:
        """Whether this version, or a newer one, is known already; it was read at that place."""
        known = self.tables.known.trunk(trunk_id)
        if known is None or known.version < version:
            return False
        if known.version == version:
            self._places[trunk_id] = place
        return True

    def trunk_deleted(self, trunk_id: str) -> None:
        before, version = self._trunk_version(trunk_id), self.tables.version
        moved = self.tables.drop_trunk(trunk_id)
        self._aside.forget(trunk_id)
        self._places.pop(trunk_id, None)
        self._tell(version, moved, TrunkMoved(trunk_id, before))

    def number_written(self, number: HeldNumber) -> None:
        version = self.tables.version
        try:
            moved = self.tables.put_number(number)
        except Misfit as wrong:
            self._aside.add(number.id, number.trunk_id, str(wrong))
            return
        self._aside.forget(number.id)
        self._tell(version, moved)

    def number_deleted(self, number_id: str) -> None:
        version = self.tables.version
        self._aside.forget(number_id)
        self._tell(version, self.tables.drop_number(number_id))

    def agent_written(self, agent: VoiceAgent) -> None:
        version = self.tables.version
        self._tell(version, self.tables.put_agent(agent))

    def agent_deleted(self, agent_id: str) -> None:
        version = self.tables.version
        self._tell(version, self.tables.drop_agent(agent_id))

    def fixed(self, bodies: Iterable[Body]) -> None:
        """Edges and switches, all of them."""
        version = self.tables.version
        self._tell(version, self.tables.put_fixed(bodies))

    def room(self, room: Room) -> None:
        """What the smallest node holds. Before everything was read it bounds nothing."""
        self._room = room
        if self.ready and room != self.tables.room:
            version = self.tables.version
            self._tell(version, self.tables.make_room(room))

    def complete(self, part: str) -> None:
        """part: "trunks", "numbers" or "agents" were read to their end, and are believed."""
        self._reading.doubts.pop(part, None)
        self._reading.missing.discard(part)
        if self.ready:
            self.tables.make_room(self._room, evict=True)
            self._log = ChangeLog(self.tables.version)
            self._wake()

    def doubt(self, part: str, reason: str) -> None:
        self._reading.doubts[part] = reason

    # -- what is asked

    @property
    def ready(self) -> bool:
        return not self._reading.missing

    @property
    def missing(self) -> str:
        """For readiness: what has still to be read or believed; empty when nodes can be told."""
        if self._reading.doubts:
            return "; ".join(self._reading.doubts.values()) + ": an operator's word is needed"
        missing = sorted(self._reading.missing)
        return f"still reading {', '.join(missing)}" if missing else ""

    @property
    def version(self) -> str:
        return self.tables.version

    @property
    def revision(self) -> Revision:
        return self.positions()

    @property
    def aside_count(self) -> int:
        return len(self._aside)

    def aside_of(self, trunk_id: str) -> Mapping[str, str]:
        """What is set aside here of a trunk: names or ids, each with its reason."""
        found = dict(self._aside.of_trunk(trunk_id))
        for surplus in self.tables.surplus.values():
            for name in surplus:
                if len(found) < MOST and self.tables.known.trunk_of(name) == trunk_id:
                    found[name] = "the edges have no room for it"
        return found

    def is_full(self) -> bool:
        """Whether the smallest node has no room for another trunk."""
        most = self._room.trunks
        return most > 0 and self.tables.count(Kind.TRUNK) >= most

    def numbers_left(self) -> int | None:
        """How many more numbers the smallest node holds; None when that is not known."""
        most = self._room.numbers
        return max(0, most - self.tables.known.numbers_known()) if most > 0 and self.ready else None

    def number_count(self, trunk_id: str) -> int:
        return self.tables.known.number_count(trunk_id)

    def trunk_version_at(self, trunk_id: str, version: str, revision: Revision) -> int:
        """Version of the trunk that a node with `version` runs; 0 for none, or when it is not known."""
        now = self._trunk_version(trunk_id)
        if version == self.version:
            return now
        known = self._log.trunk_version_at(version, trunk_id, now)
        if known is not None:
            return known
        place = self._places.get(trunk_id)
        return now if place is not None and revision.get(place.log, 0) > place.position else 0

    def news(self, version: str) -> Change | Whole:
        """What a node at another version than ours lacks."""
        since = self._log.since(version)
        if since is None:
            return self._whole()
        moved = sorted(since, key=lambda name: _ORDER[kind_of(name)])
        found = [(name, self.tables.find(name)) for name in moved]
        removed = [name for name, resource in found if resource is None and since[name]]
        set_ = [resource for _, resource in found if resource is not None]
        return Change(version, self.version, self.revision, set_, removed[::-1])

    async def moved(self, from_version: str, within: float) -> bool:
        """Waits until nodes can be told and the version is another one; False: not in time (seconds)."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: self.ready and self.version != from_version)
        except TimeoutError:
            return False
        return True

    # -- inside

    def _whole(self) -> Whole:
        """Edges that start together share one list."""
        if self._listed[0] != self.version:
            self._listed = (self.version, self.tables.resources())
        return Whole(self.version, self.revision, self._listed[1])

    def _trunk_version(self, trunk_id: str) -> int:
        trunk = self.tables.known.trunk(trunk_id)
        return trunk.version if trunk and self.tables.find(trunk_name(trunk.domain)) else 0

    def _tell(self, before: str, moved: Sequence[Moved], trunk: TrunkMoved | None = None) -> None:
        if not moved or not self.ready:
            return
        self._log.add(before, self.version, moved, trunk)
        self._listed = ("", ())
        self._wake()

    def _wake(self) -> None:
        if self._waking is None or self._waking.done():
            self._waking = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._moved:
            self._moved.notify_all()
