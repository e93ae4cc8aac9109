"""Which events were handled already: everything is told at least once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from google.protobuf.message import Message

from keepline.events.v1.call_event_pb2 import CallEvent
from keepline_client.events.records import Attributes

NAMES_KEPT = 100_000


class Name(NamedTuple):
    """rank: an exact end takes the place of an estimated one."""

    of: Hashable
    rank: int = 0


class Once:
    """The last names of a reader, in memory. What outlives a restart is yours to keep: a primary key over
    (call_id, attempt, seq) does it for calls."""

    def __init__(self, names_kept: int = NAMES_KEPT) -> None:
        self._names_kept = names_kept
        self._rank: OrderedDict[Hashable, int] = OrderedDict()

    def is_new(self, name: Name | None) -> bool:
        """An exact end is new after an end of the same name that was estimated; never the other way round."""
        return name is None or self._rank.get(name.of, -1) < name.rank

    def add(self, name: Name | None) -> None:
        """It was handled."""
        if name is None:
            return
        self._rank[name.of] = max(name.rank, self._rank.get(name.of, -1))
        self._rank.move_to_end(name.of)
        if len(self._rank) > self._names_kept:
            self._rank.popitem(last=False)


def name_of(value: Message | None, told: Attributes) -> Name | None:
    """None: it has none, so that nobody can say whether it came before."""
    if isinstance(value, CallEvent):
        exact = not (value.WhichOneof("event") == "ended" and value.ended.HasField("estimated_within_ms"))
        return Name((value.call_id, value.attempt, value.seq), int(exact))
    return Name((told.source, told.id)) if told.id else None
