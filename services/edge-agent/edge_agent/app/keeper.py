"""The one place that knows what this edge should run.

    wanted        what was accepted last; survives the edge, sip-config and, in the files, the agent
    confirmed     sip-config said so in this life; what only the files said never replaces what runs

Rule: one command at a time. What is refused leaves the edge, its files and `wanted` as they were. An edge
that does not answer gets what is wanted when it is back.
"""

import asyncio

from edge_agent.app.bringing import Bringing
from edge_agent.domain.admission import admissible, read
from edge_agent.domain.assembly import Whole, short
from edge_agent.domain.change import Change
from edge_agent.domain.configuration import SWITCHES, Configuration
from edge_agent.domain.judge import judge
from edge_agent.domain.probe import ProbedEndpoint
from edge_agent.domain.records import Record, Table
from edge_agent.domain.updates import Delta, OutOfStep, Refusal
from edge_agent.ports import EdgeAway, EdgeRefused, Files, FilesFailed
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class Pending:
    """Accepted; in force as soon as the edge answers."""


class Keeper:
    def __init__(self, bringing: Bringing, files: Files, *, accept_empty: bool) -> None:
        self._bringing = bringing
        self._files = files
        self._accept_empty = accept_empty
        self._one = asyncio.Lock()
        self._wanted: Configuration | None = None
        self._confirmed = False

    @property
    def version(self) -> str:
        """What this edge runs, or will run as soon as it answers."""
        return self._wanted.version if self._wanted else ""

    @property
    def settled(self) -> bool:
        """Whether the edge runs what is wanted."""
        return self.version != "" and self._bringing.in_force == self.version

    @property
    def serving(self) -> bool:
        """Whether the edge has any configuration in force, also one that is not the newest."""
        return self._bringing.serving

    @property
    def endpoints(self) -> set[ProbedEndpoint]:
        """Of providers, to be probed by this edge or another."""
        destinations = self._wanted.destinations if self._wanted else ()
        return {ProbedEndpoint(d.host, d.port, d.transport) for d in destinations if d.set_id != SWITCHES}

    @property
    def edges(self) -> set[str]:
        """Other edges that share the probing."""
        return set()

    async def restore(self) -> None:
        """From the files of an earlier life."""
        stored = await self._files.read()
        if stored is None:
            _log.info("no configuration of an earlier life")
            return
        records = [Record(table, *row) for table, rows in stored.rows.items() for row in rows.items()]
        content = await asyncio.to_thread(read, Whole(stored.version, records, stored.destinations))
        if isinstance(content, Refusal):
            _log.error("the files hold no whole configuration", reason=content.reason)
            return
        self._wanted = content
        trunks = content.count(Table.TRUNK)
        _log.info("configuration of an earlier life", version=short(content.version), trunks=trunks)

    def confirm(self, version: str) -> bool:
        """sip-config says what the newest version is; whether it is ours."""
        if version != self.version or not version:
            return False
        self._confirmed = True
        return True

    async def take_whole(self, whole: Whole) -> Refusal | Pending | None:
        """None: in force."""
        if self.settled and self.confirm(whole.version):
            return None
        content = await asyncio.to_thread(read, whole)
        if isinstance(content, Refusal):
            return content
        async with self._one:
            return await self._implausible(content) or await self._replace(content)

    async def take_delta(self, delta: Delta) -> Refusal | OutOfStep | Pending | None:
        async with self._one:
            if self._wanted is None:
                return OutOfStep("a change came before anything else")
            change = judge(self._wanted, delta)
            if not isinstance(change, Change):
                return change
            self._confirmed = True
            self._wanted.apply(change)
            try:
                await self._bringing.change(self._wanted, change)
            except EdgeAway as away:
                return self._pending(away)
            except FilesFailed as failed:
                self._wanted.apply(change.reversed())
                return Refusal(str(failed))
            except EdgeRefused as refused:
                self._wanted.apply(change.reversed())
                await self._bring_back(self._wanted)
                return Refusal(str(refused))
        return None

    async def look_after(self) -> bool:
        """Brings an edge that restarted, or that holds something else, to what is wanted; whether it did.

        Raises EdgeAway, EdgeRefused."""
        async with self._one:
            another = await self._bringing.look()
            if self._wanted is None or (self.settled and not another):
                return False
            if self._bringing.serving and not self._confirmed:
                return False
            _log.warning(
                "the edge does not hold what it should",
                restarted=another,
                holds=short(self._bringing.in_force),
                wanted=short(self.version),
            )
            await self._bringing.whole(self._wanted)
            return True

    async def _replace(self, content: Configuration) -> Refusal | Pending | None:
        before, self._wanted, self._confirmed = self._wanted, content, True
        try:
            await self._bringing.whole(content)
        except EdgeAway as away:
            return self._pending(away)
        except EdgeRefused as refused:
            self._wanted = before
            await self._bring_back(before)
            return Refusal(str(refused))
        return None

    async def _implausible(self, new: Configuration) -> Refusal | None:
        """Asks the edge itself where the agent has forgotten, and only about what looks wrong."""
        if self._accept_empty or (new.count(Table.TRUNK) and new.switches):
            return None
        if self._wanted is not None:
            return admissible(new, self._wanted.count(Table.TRUNK), len(self._wanted.switches))
        try:
            trunks, switches = await self._bringing.counted()
        except EdgeAway:
            return Refusal("the edge does not say what an empty snapshot would replace")
        return admissible(new, trunks, switches)

    async def _bring_back(self, content: Configuration | None) -> None:
        """After a refusal: what was there, in the edge and in its files."""
        if content is None:
            return
        try:
            await self._bringing.whole(content)
        except (EdgeRefused, EdgeAway) as failed:
            _log.error("the edge could not be brought back at once", reason=str(failed))

    def _pending(self, away: EdgeAway) -> Pending:
        _log.warning("accepted, and the edge is away", version=short(self.version), reason=str(away))
        return Pending()
