"""A handler for tests that look at records one by one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from servicekit.kafka.handling import Handled, Read
from servicekit.kafka.records import Record


@dataclass(frozen=True, slots=True)
class Each:
    """Implements Handler: awaits `function` for each record, and leaves for later what it did not get to."""

    function: Callable[[Record], Awaitable[None]]

    def read(self, record: Record) -> Record:
        return record

    async def handle(self, batch: Sequence[Read[Record]], *, may_hold: bool) -> Handled[Record]:
        for place, read in enumerate(batch):
            try:
                await self.function(read.value)
            except Exception:
                if place == 0:
                    raise
                return Handled(batch[place:])
        return Handled()
