"""The events of a link, kept, so that a test can ask for one that came before the question."""

import asyncio
from collections.abc import Callable

from switchlink.esl import EslEvent, EslLink, Resync

Wanted = Callable[[EslEvent], bool]


class EventLog:
    """All events of a link, kept, so that none is missed between two questions."""

    def __init__(self, link: EslLink) -> None:
        self.events: list[EslEvent] = []
        self.resyncs: list[Resync] = []
        self._batches = link.events()

    async def first(self, name: str, wanted: Wanted = lambda _: True, seconds: float = 20.0) -> EslEvent:
        """The first of these that has not been asked for yet."""
        async with asyncio.timeout(seconds):
            while True:
                for event in self.events:
                    if event.name == name and wanted(event):
                        self.events.remove(event)
                        return event
                await self._read()

    async def _read(self) -> None:
        for item in await anext(self._batches):
            if isinstance(item, Resync):
                self.resyncs.append(item)
            else:
                self.events.append(item)
