"""Puts the chunks of one whole or one change in their order: index 0, 1, 2 ..., nothing else between them.

The resources are handed on chunk by chunk; what is kept here is the thread.
"""

from edge_agent.domain.updates import ChangeChunk, Refusal, WholeChunk
from siptypes.versions import short


class Assembly:
    def __init__(self) -> None:
        self._under_way: tuple[type, str] | None = None
        self._next = 0
        self._count = 0

    def add(self, chunk: WholeChunk | ChangeChunk) -> Refusal | None:
        """None: it is the one that was due."""
        this = (type(chunk), chunk.version)
        if chunk.index == 0:
            self._under_way, self._next, self._count = this, 0, 0
        if this != self._under_way or chunk.index != self._next:
            reason = f"chunk {chunk.index} of {short(chunk.version)} came where {self._next} was due"
            self._under_way = None
            return Refusal(reason)
        self._next += 1
        self._count += len(chunk.resources)
        if not chunk.last:
            return None
        self._under_way = None
        if isinstance(chunk, WholeChunk) and self._count != chunk.resource_count:
            return Refusal(f"{chunk.resource_count} resources were announced and {self._count} came")
        return None
