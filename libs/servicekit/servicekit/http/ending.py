"""Event streams (SSE) have no end of their own; this ends them when the process stops.

A stream that is ended this way is finished properly, so that the client sees an end and connects anew.
"""

import asyncio

from starlette.types import Message

EVENT_STREAM = b"text/event-stream"


class EventStreams:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = False

    def began(self, message: Message, task: "asyncio.Task[None] | None") -> None:
        """Looks at the start of every answer and remembers the request's task when it is a stream."""
        headers = dict(message.get("headers", ()))
        if headers.get(b"content-type", b"").startswith(EVENT_STREAM) and task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if self._ending:
                task.cancel()

    def end(self) -> None:
        self._ending = True
        for task in tuple(self._tasks):
            task.cancel()

    def ended_by_us(self) -> bool:
        """Whether a cancellation that just arrived was ours; it is then taken back."""
        task = asyncio.current_task()
        if not (self._ending and task is not None and task in self._tasks):
            return False
        task.uncancel()
        return True
