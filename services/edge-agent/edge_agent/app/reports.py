"""Tells sip-config what became of the newest version; says it again until it is heard.

What counts is the last word: a newer one replaces an older one that was not heard yet.
"""

import asyncio
from collections.abc import Awaitable, Callable

from edge_agent.ports import Control, ControlAway, Held, Report, SetAside
from servicekit.backoff import Backoff
from servicekit.telemetry.logging import logger
from siptypes.versions import Revision

_log = logger(__name__)


class Reports:
    def __init__(self, control: Control, set_aside: Callable[[], Awaitable[SetAside]]) -> None:
        self._control = control
        self._set_aside = set_aside
        self._last: Report | None = None
        self._owed = ""
        self._look = asyncio.Event()

    async def in_force(self, held: Held) -> None:
        aside = await self._set_aside()
        if aside.count:
            _log.error("resources are set aside", count=aside.count, some=dict(list(aside.some.items())[:5]))
        self._say(Report(held.version, held.revision, "", held, aside))

    async def refused(self, version: str, revision: Revision, reason: str, held: Held) -> None:
        self._say(Report(version, revision, reason, held, SetAside()))

    def owe(self, version: str) -> None:
        """Accepted, and to be told once it is in force."""
        self._owed = version

    async def settle(self, held: Held) -> None:
        """This is seen in force."""
        if self._owed == held.version:
            await self.in_force(held)

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            await self._look.wait()
            self._look.clear()
            report = self._last
            if report is None:
                continue
            try:
                await self._control.acknowledge(report)
                backoff.reset()
            except ControlAway:
                await backoff.pause()
                self._look.set()

    def _say(self, report: Report) -> None:
        self._last, self._owed = report, ""
        self._look.set()
