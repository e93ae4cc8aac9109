"""What a group consumer asks of whoever handles its records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from servicekit.kafka.records import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A record, and what it says."""

    record: Record
    value: T


@dataclass(frozen=True, slots=True)
class Handled(Generic[T]):
    """What a batch came to; what is in neither list is done."""

    # given again with the next batch, and not committed until then
    later: Sequence[Read[T]] = ()
    # can never be handled: dead letters
    refused: Sequence[tuple[Read[T], Exception]] = field(default=())


class Handler(Protocol[T]):
    def read(self, record: Record) -> T | None:
        """None: nothing to do. What it raises makes the record a dead letter."""

    async def handle(self, batch: Sequence[Read[T]], *, may_hold: bool) -> Handled[T]:
        """`batch` is of all partitions, in order within each, and may hold what was handled before a crash or
        a rebalance. Without `may_hold` nothing may be left for later. Raises Unavailable: the batch comes
        again. Anything else that is raised: its records come again one by one, and one that fails alone, and
        again, becomes a dead letter."""
