"""What each node said last, kept so that every replica knows it.

The store is written at each word of a node, and every minute for a node that only watches; it is read every
few seconds and whenever somebody asks. While it is away this replica's own memory answers, and what was not
written is written when it is back.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from servicekit.clock import Clock
from servicekit.errors import TooMany, Unavailable
from servicekit.telemetry.logging import logger
from sip_config.domain.node_report import MAX_ASIDE, MAX_REFUSED, Held, Limits, NodeReport, smallest
from sip_config.ports import NodeReportStore
from siptypes.ids import is_token

MAX_NODES = 1000
READ_EVERY = 2.0  # seconds
ALIVE = timedelta(hours=24)  # a node that was away for so long bounds nobody any more
SEEN_EVERY = timedelta(minutes=1)
HEARD = timedelta(minutes=10)  # an edge that was away for so long takes no share of what edges share out

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Hello:
    """What a node says when it begins to watch."""

    kind: str
    schema: int
    capabilities: tuple[str, ...]
    limits: Limits
    held: Held
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What a node says of a version. nack_reason: empty when it is in force."""

    version: Held
    nack_reason: str
    set_aside: dict[str, str]
    set_aside_count: int
    held: Held | None = None


class NodeReports:
    def __init__(
        self, store: NodeReportStore, clock: Clock, bounded: Callable[[Limits], None] = lambda _: None
    ) -> None:
        """bounded: told of the smallest limits after each reading."""
        self._store = store
        self._clock = clock
        self._bounded = bounded
        self._known: dict[str, NodeReport] = {}
        self._owed: set[str] = set()
        # nodes that watch here and say nothing, and when each was there last
        self._seen: dict[str, datetime] = {}
        # how often something was said here, and at which of these times each node did
        self._said = 0
        self._said_at: dict[str, int] = {}
        # those that were heard lately, as of the last reading
        self._edges: tuple[str, ...] | None = None
        # how often all were asked for, and how many of these askings a reading began after
        self._asked = self._answered = 0
        self._reading = asyncio.Lock()

    async def hello(self, node_id: str, hello: Hello) -> NodeReport:
        """Raises TooMany when there are too many nodes."""
        before = await self._newest(node_id)
        said = NodeReport(
            node_id,
            hello.kind,
            hello.held,
            self._clock.now(),
            refused=hello.refused[-MAX_REFUSED:],
            limits=hello.limits,
            capabilities=hello.capabilities,
            schema=hello.schema,
        )
        if before is not None and before.held.version == hello.held.version:
            refused = tuple(dict.fromkeys([*before.refused, *hello.refused]))[-MAX_REFUSED:]
            said = replace(
                said,
                refused=refused,
                nack_reason=before.nack_reason,
                set_aside=before.set_aside,
                set_aside_count=before.set_aside_count,
            )
        await self._keep(said)
        return said

    async def word(self, node_id: str, word: Word) -> None:
        """A node that refuses a version goes on with what it had, so what it holds is kept."""
        before = await self._newest(node_id)
        before = before or NodeReport(node_id, "edge", Held(), self._clock.now())
        if word.nack_reason:
            held = word.held or before.held
            refused = (*(one for one in before.refused if one != word.version.version), word.version.version)
            after = replace(before, held=held, nack_reason=word.nack_reason, refused=refused[-MAX_REFUSED:])
        else:
            aside = dict(list(word.set_aside.items())[:MAX_ASIDE])
            after = replace(
                before,
                held=word.version,
                nack_reason="",
                refused=(),
                set_aside=aside,
                set_aside_count=max(word.set_aside_count, len(aside)),
            )
        await self._keep(replace(after, at=self._clock.now()))

    def watches(self, node_id: str) -> None:
        """It is there, without a word; a node that holds what is offered has none for weeks."""
        known, now = self._known.get(node_id), self._clock.now()
        if known is not None and now - max(known.at, self._seen.get(node_id, known.at)) >= SEEN_EVERY:
            self._seen[node_id] = now

    def known(self, node_id: str) -> NodeReport | None:
        """As of the last reading, or what was said here since."""
        return self._known.get(node_id)

    def limits(self) -> Limits:
        oldest = self._clock.now() - ALIVE
        return smallest([one.limits for one in self._known.values() if one.at >= oldest])

    async def edges(self) -> Sequence[str]:
        """Those that were heard within the last ten minutes, as of the last reading of the store; while it is
        away they stay. Raises Unavailable when it was never read."""
        if self._edges is None:
            await self.read()
        return self._edges or ()

    async def all(self) -> list[NodeReport]:
        """By id, as every replica knows them; as this one knows them while the store is away.

        Whoever asks while the store is being read shares the next reading with all who ask meanwhile.
        """
        self._asked += 1
        mine = self._asked
        async with self._reading:
            if self._answered < mine:
                asked = self._asked
                with suppress(Unavailable):
                    await self.read()
                self._answered = asked
        return sorted(self._known.values(), key=lambda report: report.node_id)

    async def read(self) -> None:
        """What is stored takes the place of what is known, unless it was said here meanwhile."""
        began = self._said
        stored = {report.node_id: report for report in await self._store.all(MAX_NODES)}
        newer = {node_id for node_id, at in self._said_at.items() if at > began} | self._owed
        mine = {node_id: self._known[node_id] for node_id in newer if node_id in self._known}
        self._known = stored | mine
        for node_id, at in self._seen.items():
            if node_id in self._known:
                self._known[node_id] = replace(self._known[node_id], at=max(at, self._known[node_id].at))
        self._said_at = {node_id: at for node_id, at in self._said_at.items() if node_id in self._known}
        self._edges = self._heard()
        self._bounded(self.limits())

    def _heard(self) -> tuple[str, ...]:
        oldest = self._clock.now() - HEARD
        found = [one for one in self._known.values() if one.kind == "edge" and one.at >= oldest]
        return tuple(sorted(one.node_id for one in found if is_token(one.node_id)))

    async def run(self) -> None:
        while True:
            try:
                await self._write(tuple(self._owed))
                await self._write_seen()
                await self.read()
            except Unavailable as away:
                _log.debug("what nodes said is not shared right now", reason=away.detail)
            await asyncio.sleep(READ_EVERY)

    async def _write_seen(self) -> None:
        for node_id, at in tuple(self._seen.items()):
            await self._store.seen(node_id, at)
            if self._seen[node_id] == at:
                del self._seen[node_id]

    async def _newest(self, node_id: str) -> NodeReport | None:
        if node_id in self._owed:
            return self._known.get(node_id)
        try:
            found = await self._store.get(node_id)
        except Unavailable:
            return self._known.get(node_id)
        if found is not None:
            self._known[node_id] = found
        return found

    async def _keep(self, report: NodeReport) -> None:
        if report.node_id not in self._known and len(self._known) >= MAX_NODES:
            raise TooMany(
                "nodes_too_many",
                f"{MAX_NODES} nodes are known, and {report.node_id} is none of them",
                hint="nodes that were away for a week are forgotten",
            )
        self._known[report.node_id] = report
        self._said += 1
        self._said_at[report.node_id] = self._said
        self._owed.add(report.node_id)
        try:
            await self._write([report.node_id])
        except Unavailable:
            _log.warning("what a node said is not shared right now", node=report.node_id)

    async def _write(self, node_ids: Iterable[str]) -> None:
        for node_id in node_ids:
            report = self._known[node_id]
            await self._store.put(report)
            if self._known[node_id] is report:
                self._owed.discard(node_id)
