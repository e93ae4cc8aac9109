"""Tells sip-config what became of the newest version; says it again until it is heard.

Rule: what counts is the last word. A newer one replaces an older one that was not heard yet.
"""

import asyncio
from dataclasses import dataclass

from edge_agent.app.pauses import Pauses
from edge_agent.domain.assembly import short
from edge_agent.ports import Control, ControlAway
from servicekit.telemetry.logging import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Word:
    version: str
    refusal: str


class Acknowledgements:
    def __init__(self, control: Control) -> None:
        self._control = control
        self._last: Word | None = None
        self._owed = ""
        self._look = asyncio.Event()

    def in_force(self, version: str) -> None:
        self._say(Word(version, ""))

    def owe(self, version: str) -> None:
        """Accepted, and to be told once it is in force."""
        self._owed = version

    def settle(self, version: str) -> None:
        """This version is seen in force."""
        if self._owed == version:
            self.in_force(version)

    def refused(self, version: str, reason: str) -> None:
        _log.error("a configuration is refused, the old one stays", version=short(version), reason=reason)
        self._say(Word(version, reason))

    async def run(self) -> None:
        pauses = Pauses()
        while True:
            await self._look.wait()
            self._look.clear()
            word = self._last
            if word is None:
                continue
            try:
                await self._control.acknowledge(word.version, word.refusal)
                pauses.reset()
            except ControlAway:
                await pauses.rest()
                self._look.set()

    def _say(self, word: Word) -> None:
        self._last, self._owed = word, ""
        self._look.set()
