"""Event streams (SSE) have no end of their own; this ends them when the process stops, or their token does.

A stream that is ended this way is finished properly, so that the client sees an end and connects anew.
"""

import asyncio

from starlette.types import Message

from servicekit.auth import Principal
from servicekit.auth.rights import Rights

EVENT_STREAM = b"text/event-stream"


def is_event_stream(message: Message) -> bool:
    """Of the start of an answer."""
    headers = dict(message.get("headers", ()))
    return bool(headers.get(b"content-type", b"").startswith(EVENT_STREAM))


class EventStreams:
    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._tasks: set[asyncio.Task[None]] = set()
        self._cut: set[asyncio.Task[None]] = set()
        self._ending = False

    def began(self, message: Message, task: "asyncio.Task[None] | None", who: Principal | None) -> None:
        """Looks at the start of every answer and remembers the request's task when it is a stream."""
        if is_event_stream(message) and task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if who is not None:
                watched = self._rights.watch(who, lambda: self.end_one(task))
                task.add_done_callback(lambda _task: self._rights.forget(watched))
            if self._ending:
                task.cancel()

    def end(self) -> None:
        self._ending = True
        for task in tuple(self._tasks):
            task.cancel()

    def end_one(self, task: "asyncio.Task[None]") -> None:
        """For one that `began`."""
        self._cut.add(task)
        task.add_done_callback(self._cut.discard)
        task.cancel()

    def ended_by_us(self) -> bool:
        """Whether a cancellation that just arrived was ours; it is then taken back."""
        task = asyncio.current_task()
        if task is None or not (task in self._cut or (self._ending and task in self._tasks)):
            return False
        task.uncancel()
        return True
