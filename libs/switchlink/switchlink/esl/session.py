"""One connection as the asyncio side sees it: futures for commands, a future for its end."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .connection import Address, Connection, Only
from .crossing import Crossing
from .errors import CommandTimeout, EslError, NotConnected
from .event import EslEvent, Resync
from .frames import Frame
from .hub import HubThread


class Session:
    """Made and used on the asyncio loop; `on_*` run in the hub's thread."""

    def __init__(
        self,
        hub: HubThread,
        crossing: Crossing,
        on_end: Callable[[], None],
        *,
        gather_seconds: float = 0.0,
        only: Only = (),
    ) -> None:
        self._hub = hub
        self._gather_seconds = gather_seconds
        self._only = only
        self._on_end = on_end
        self._crossing = crossing
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._jobs: dict[str, asyncio.Future[str]] = {}
        self._connection: Connection | None = None
        self.owed = 0
        self.closed: asyncio.Future[EslError] = self._loop.create_future()

    async def open(self, address: Address, password: str, events: Sequence[str], seconds: float) -> None:
        self._hub.spawn(partial(self._open, address, password, events, seconds))
        await self._opened

    async def command(self, text: str, seconds: float) -> Frame:
        """The deadline holds also when the caller gives up waiting: the answer is still owed."""
        if self._connection is None or self.closed.done():
            raise NotConnected("not connected")
        answer: asyncio.Future[Frame] = self._loop.create_future()
        deadline = self._loop.call_later(seconds, self._too_late, text, seconds)

        self.owed += 1

        def settle(outcome: Frame | EslError) -> None:
            self.owed -= 1
            deadline.cancel()
            if answer.done():
                return
            if isinstance(outcome, EslError):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

        def answered(outcome: Frame | EslError) -> None:
            self._crossing.post(partial(settle, outcome))

        self._hub.call(partial(self._connection.submit, text, answered))
        return await answer

    def expect_job(self, job: str) -> asyncio.Future[str]:
        future: asyncio.Future[str] = self._loop.create_future()
        future.add_done_callback(lambda _: self._jobs.pop(job, None))
        self._jobs[job] = future
        return future

    def drop(self, reason: EslError) -> None:
        self._hub.call(partial(self._drop, reason))

    def on_event(self, event: EslEvent) -> None:
        if event.name == "BACKGROUND_JOB":
            self._crossing.post(partial(self._finish_job, event))
        else:
            self._crossing.put(event)

    def on_log(self, text: str) -> None:
        if "Lost [" in text and "] events!" in text:
            self._crossing.put(Resync("switch_lost_events"))

    def on_closed(self, reason: EslError) -> None:
        self._crossing.post(partial(self._close, reason))

    def _open(self, address: Address, password: str, events: Sequence[str], seconds: float) -> None:
        """In a greenlet: gevent's objects belong to the thread that made them."""
        self._connection = connection = Connection(
            address,
            password,
            self,
            self._hub.spawn_here,
            seconds,
            gather_seconds=self._gather_seconds,
        )
        try:
            connection.connect()
            self._crossing.put(Resync("connected"))
            connection.subscribe(events, self._only)
        except EslError as error:
            self._crossing.post(partial(_fail, self._opened, error))
        else:
            self._crossing.post(partial(_succeed, self._opened))

    def _drop(self, reason: EslError) -> None:
        if self._connection is not None:
            self._connection.drop(reason)

    def _too_late(self, text: str, seconds: float) -> None:
        self.drop(CommandTimeout(f"no answer to {' '.join(text.split(' ')[:2])} within {seconds:g} s"))

    def _finish_job(self, event: EslEvent) -> None:
        job = self._jobs.get(event.headers.get("Job-UUID", ""))
        if job is None:
            self._crossing.put(event)
        elif not job.done():
            job.set_result(event.body)

    def _close(self, reason: EslError) -> None:
        """Comes before the answers that are still owed, so that whoever gets one sees the link down."""
        if not self.closed.done():
            self.closed.set_result(reason)
            self._on_end()
        for job in list(self._jobs.values()):
            _fail(job, reason)


def _succeed(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _fail(future: asyncio.Future[Any], error: EslError) -> None:
    if not future.done():
        future.set_exception(error)
