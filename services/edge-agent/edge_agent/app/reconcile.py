"""The one place that knows what this edge should run, and brings the edge there.

    held     what the file says: what was accepted last; survives the edge, the agent and sip-config
    owed     what of it is not known to be in force

A change is committed to the file first, then set in the edge, read back, and settled. So whatever ends in
between, a starting edge loads a version and all of its content, and a starting agent knows what it owes. An
edge that does not answer gets it when it is back. One command at a time.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial

from edge_agent.app.enforce import Enforce
from edge_agent.domain.admission import Announced, judge
from edge_agent.domain.resources import Resource
from edge_agent.domain.updates import ChangeChunk, OutOfStep, Refusal, Stale, WholeChunk, Word
from edge_agent.ports import EdgeAway, EdgeFile, EdgeRefused, FileFailed, Held, SetAside
from servicekit.telemetry.logging import logger
from siptypes.versions import behind, short

_log = logger(__name__)


class Pending:
    """Accepted; in force as soon as the edge answers."""


Outcome = Refusal | Stale | OutOfStep | Pending | None
"""None: in force."""


class Reconcile:
    def __init__(self, file: EdgeFile, enforce: Enforce, accept: Word) -> None:
        self._file = file
        self._enforce = enforce
        self.accept = accept
        self._one = asyncio.Lock()

    @property
    def held(self) -> Held:
        return self._file.held

    @property
    def settled(self) -> bool:
        """Whether the edge runs what is held."""
        held = self.held
        return held.version != "" and self._enforce.in_force == held.version == held.base

    @property
    def serving(self) -> bool:
        """Whether the edge has any configuration in force, also one that is not the newest."""
        return self._enforce.serving

    async def set_aside(self) -> SetAside:
        try:
            return await self._file.set_aside()
        except FileFailed as failed:
            _log.error("what is set aside is not known", reason=str(failed))
            return SetAside()

    async def stage(self, resources: Sequence[Resource], *, first: bool) -> Refusal | None:
        """A part of a whole; nothing changes before all of it came."""
        try:
            return await self._file.stage(resources, first=first)
        except FileFailed as failed:
            return Refusal(str(failed), passing=True)

    async def take_whole(self, whole: WholeChunk) -> Outcome:
        """What was staged, announced by its last chunk."""
        async with self._one:
            if self._is_older(whole):
                return Stale()
            announced = Announced(whole.version, whole.word | self.accept, whole=True)
            before = await self._enforce.counts_before()
            if isinstance(before, Refusal):
                return before
            verdict = partial(judge, announced=announced, rows=self.held.room)
            written = self._file.replace(
                whole.version, whole.revision, lambda held, *after: verdict(before or held, *after)
            )
            return await self._written(written)

    async def take_change(
        self, change: ChangeChunk, put: Sequence[Resource], removed: Sequence[str]
    ) -> Outcome:
        """Of all its chunks, announced by the last."""
        async with self._one:
            if change.from_version != self.held.version:
                ours = short(self.held.version)
                return OutOfStep(f"a change of {short(change.from_version)} came to {ours}")
            if self._is_older(change):
                return Stale()
            announced = Announced(change.version, change.word | self.accept, whole=False)
            verdict = partial(judge, announced=announced, rows=self.held.room)
            written = self._file.change(change.version, change.revision, put, removed, verdict)
            return await self._written(written)

    async def look_after(self) -> bool:
        """Brings an edge that restarted, or that holds something else, to what is held; whether it did.

        Raises EdgeAway, EdgeRefused."""
        async with self._one:
            another = await self._enforce.look()
            complete = self.settled and self._enforce.switches_known
            if not self.held.version or (complete and not another):
                return False
            if another or self._enforce.in_force != self.held.base:
                _log.warning(
                    "the edge does not hold what it should",
                    restarted=another,
                    holds=short(self._enforce.in_force),
                    wanted=short(self.held.version),
                )
            await self._enforce.bring()
            return True

    def _is_older(self, update: WholeChunk | ChangeChunk) -> bool:
        word = update.word | self.accept
        return not word.older and behind(update.revision, self.held.revision)

    async def _written(self, written: Awaitable[Refusal | None]) -> Outcome:
        try:
            refusal = await written
        except FileFailed as failed:
            return Refusal(str(failed), passing=True)
        return refusal or await self._bring()

    async def _bring(self) -> Outcome:
        try:
            await self._enforce.bring()
        except EdgeAway as away:
            _log.warning("accepted, and the edge is away", reason=str(away))
            return Pending()
        except (EdgeRefused, FileFailed) as refused:
            await self._take_back()
            return Refusal(str(refused), passing=True)
        return None

    async def _take_back(self) -> None:
        """What was there, in file and edge. An edge that never had a configuration has none now."""
        try:
            await self._file.take_back()
            if self.held.version:
                await self._enforce.bring()
        except (EdgeRefused, EdgeAway, FileFailed) as failed:
            _log.error("the edge could not be brought back at once", reason=str(failed))
