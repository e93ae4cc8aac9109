"""Which events were handed over already: everything is told at least once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from google.protobuf.message import Message

from keepline.events.v1.call_event_pb2 import CallEvent
from keepline_client.events.records import Attributes

NAMES_KEPT = 100_000


class Once:
    """The last names of a reader, in memory. What outlives a restart is yours to keep: a primary key over
    (call_id, attempt, seq) does it for calls."""

    def __init__(self, names_kept: int = NAMES_KEPT) -> None:
        self._names_kept = names_kept
        self._rank: OrderedDict[Hashable, int] = OrderedDict()

    def is_new(self, value: Message | None, told: Attributes) -> bool:
        """An exact end is new after an end of the same name that was estimated; never the other way round."""
        name, rank = _name(value, told)
        if self._rank.get(name, -1) >= rank:
            self._rank.move_to_end(name)
            return False
        self._rank[name] = rank
        self._rank.move_to_end(name)
        if len(self._rank) > self._names_kept:
            self._rank.popitem(last=False)
        return True


def _name(value: Any, told: Attributes) -> tuple[Hashable, int]:
    if isinstance(value, CallEvent):
        exact = not (value.WhichOneof("event") == "ended" and value.ended.HasField("estimated_within_ms"))
        return (value.call_id, value.attempt, value.seq), int(exact)
    return (told.source, told.id), 0
