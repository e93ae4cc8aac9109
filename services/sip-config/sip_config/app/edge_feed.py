"""What edges are told, and what they said of it.

Rule: nothing is offered before all trunks and all numbers were read: half a table would cut off the other
half.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from servicekit.clock import Clock
from sip_config.domain.edge_tables import Change, EdgeTables, HeldNumber
from sip_config.domain.history import History
from sip_config.domain.records import Destination, Record
from sip_config.domain.trunk import Trunk


@dataclass(frozen=True, slots=True)
class Whole:
    version: str
    records: list[Record]
    destinations: tuple[Destination, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a node said last. nack_reason: empty when it took what it was sent."""

    node_id: str
    version: str
    nack_reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """Where a trunk is in force; trunk_version: the one that the node runs, 0 for none."""

    report: Report
    in_force: bool
    trunk_version: int


class EdgeFeed:
    """Implements Feed; `next_for` is what a watching node waits on."""

    def __init__(self, switches: Iterable[Destination], clock: Clock) -> None:
        self._tables = EdgeTables(switches)
        self._clock = clock
        self._history = History(self._tables.version, {})
        self._missing = {"trunks", "numbers"}
        self._moved = asyncio.Condition()
        self._reports: dict[str, Report] = {}
        self._waking: asyncio.Task[None] | None = None

    # -- what comes in

    def trunk_written(self, trunk: Trunk) -> None:
        self._tell(self._tables.put_trunk(trunk), trunk.id)

    def trunk_deleted(self, trunk_id: str) -> None:
        self._tell(self._tables.drop_trunk(trunk_id), trunk_id)

    def number_written(self, number: HeldNumber) -> None:
        self._tell(self._tables.put_number(number))

    def number_deleted(self, number_id: str) -> None:
        self._tell(self._tables.drop_number(number_id))

    def complete(self, part: str) -> None:
        """part: "trunks" or "numbers" were read to their end."""
        self._missing.discard(part)
        self._wake()

    def reported(self, node_id: str, version: str, nack_reason: str) -> None:
        """A node that refuses a version goes on with what it had, so its own version is kept."""
        before = self._reports.get(node_id)
        running = before.version if nack_reason and before is not None else "" if nack_reason else version
        self._reports[node_id] = Report(node_id, running, nack_reason, self._clock.now())

    # -- what is asked

    @property
    def missing(self) -> str:
        """For readiness: what has still to be read; empty when edges can be told."""
        return f"still reading {' and '.join(sorted(self._missing))}" if self._missing else ""

    @property
    def version(self) -> str:
        return self._tables.version

    def applied(self, trunk_id: str) -> list[Applied]:
        current = self._tables.trunk_version(trunk_id)
        rows = []
        for report in sorted(self._reports.values(), key=lambda r: r.node_id):
            position = self._history.position(report.version)
            running = 0 if position is None else self._history.trunk_version_at(trunk_id, position)
            rows.append(Applied(report, running == current != 0, running))
        return rows

    def number_count(self, trunk_id: str) -> int:
        return self._tables.number_count(trunk_id)

    async def next_for(self, version: str, within: float) -> Change | Whole | None:
        """What a node at this version lacks, as soon as there is any; None when there was none in time."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: not self._missing and version != self._tables.version)
        except TimeoutError:
            return None
        return self._history.since(version) or Whole(
            self._tables.version, self._tables.records, self._tables.destinations
        )

    def _tell(self, change: Change | None, trunk_id: str | None = None) -> None:
        if change is None:
            return
        version = self._tables.trunk_version(trunk_id) if trunk_id else 0
        self._history.add(change, trunk_id, version)
        self._wake()

    def _wake(self) -> None:
        if self._waking is None or self._waking.done():
            self._waking = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._moved:
            self._moved.notify_all()
