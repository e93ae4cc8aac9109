"""A link to one switch that stays: it connects, subscribes, and connects again when it breaks.

A caller is always told. A command ends in its answer, in CommandRefused, in
CommandTimeout or in NotConnected; a reader of events gets a Resync wherever some may be missing,
first of all after every connection. No command is ever sent twice.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Self

from .command import command_line, single_line
from .connection import Only
from .crossing import Crossing
from .errors import AuthenticationFailed, CommandRefused, CommandTimeout, EslError, NotConnected
from .event import EslItem
from .hub import HubThread
from .session import Session

log = logging.getLogger(__name__)

BUFFERED_EVENTS = 10_000  # some 15 KB each
FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
REPLY_SECONDS = 5.0

OnConnected = Callable[["EslLink"], Awaitable[None]]


class EslLink:
    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        events: Sequence[str] = (),
        on_connected: OnConnected | None = None,
        *,
        connect_timeout: float = 5.0,
        idle_seconds: float = 15.0,
        buffered_events: int = BUFFERED_EVENTS,
        gather_seconds: float = 0.0,
        only: Only = (),
    ) -> None:
        """`gather_seconds`: events (and answers) may come so much later, and fewer wake-ups serve them.
        `only`: of `events` those alone that have one of these headers with its value; () is all of them."""
        self._address = (host, port)
        self._password = single_line(password, "the password")
        # first: whatever follows CUSTOM is the name of a subclass
        self._events = tuple(dict.fromkeys(("BACKGROUND_JOB", *events)))
        self._on_connected = on_connected
        self._connect_timeout = connect_timeout
        self._idle_seconds = idle_seconds
        self._gather_seconds = gather_seconds
        self._only = only
        self._crossing = Crossing(buffered_events)
        self._session: Session | None = None
        self._became_connected = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None
        self.trouble = "not started"

    @property
    def connected(self) -> bool:
        return self._session is not None

    @property
    def dropped(self) -> int:
        """Events that the reader was too slow for, since the start."""
        return self._crossing.dropped

    async def start(self) -> None:
        """Returns at once: a switch that is away is no reason not to start."""
        self._crossing.attach(asyncio.get_running_loop())
        self._hub = HubThread(f"esl-{self._address[0]}-{self._address[1]}")
        self._hub.start()
        self.trouble = "connecting"
        self._supervisor = asyncio.create_task(self._supervise(), name="esl-link")
        self._supervisor.add_done_callback(self._ended)

    async def aclose(self) -> None:
        """Must be awaited before the process exits: see hub.py."""
        if self._supervisor is None:
            return
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self._supervisor = None
        await asyncio.to_thread(self._hub.close)
        self._crossing.end()
        self.trouble = "closed"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def wait_connected(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109  part of the interface
        try:
            async with asyncio.timeout(timeout):
                await self._became_connected.wait()
        except TimeoutError:
            raise NotConnected(f"no connection within {timeout:g} s: {self.trouble}") from None

    async def api(self, command: str, *args: str, timeout: float = 5.0) -> str:  # noqa: ASYNC109  a deadline, see session.py
        line = command_line(command, args)
        frame = await self._connected_session().command(f"api {line}", timeout)
        return _accepted(line, frame.text)

    async def bgapi(self, command: str, *args: str, timeout: float = 30.0) -> str:  # noqa: ASYNC109  as above
        """For what takes long, such as originate: other commands are not kept waiting.

        On CommandTimeout the job goes on in the switch, and the connection stays.
        """
        line = command_line(command, args)
        session = self._connected_session()
        job = str(uuid.uuid4())
        result = session.expect_job(job)
        try:
            async with asyncio.timeout(timeout):
                reply = await session.command(f"bgapi {line}\nJob-UUID: {job}", REPLY_SECONDS)
                _accepted(line, reply.headers["Reply-Text"])
                return _accepted(line, await result)
        except TimeoutError:
            raise CommandTimeout(f"{command} did not end within {timeout:g} s") from None
        finally:
            result.cancel()

    async def events(self) -> AsyncIterator[Sequence[EslItem]]:
        """Batches, in order, for one reader; ends when the link is closed."""
        while batch := await self._crossing.take():
            yield batch

    def _connected_session(self) -> Session:
        if self._session is None:
            raise NotConnected(self.trouble)
        return self._session

    async def _supervise(self) -> None:
        delay = FIRST_DELAY
        while True:
            session = Session(
                self._hub,
                self._crossing,
                self._disconnected,
                gather_seconds=self._gather_seconds,
                only=self._only,
            )
            try:
                await session.open(self._address, self._password, self._events, self._connect_timeout)
                delay = FIRST_DELAY
                reason = await self._serve(session)
            except EslError as error:
                reason = error
            finally:
                self._disconnected()
                session.drop(NotConnected("the link was closed"))
            self._tell(reason)
            if isinstance(reason, AuthenticationFailed):
                delay = LONGEST_DELAY
            await asyncio.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311  spreads reconnects
            delay = min(LONGEST_DELAY, delay * 2)

    def _tell(self, reason: EslError) -> None:
        """A switch that stays away is one line in the log, not one for each attempt."""
        trouble = f"{type(reason).__name__}: {reason}"
        if trouble != self.trouble:
            log.warning("no connection to the switch at %s:%s: %s", *self._address, trouble)
        self.trouble = trouble

    def _disconnected(self) -> None:
        self._session = None
        self._became_connected.clear()

    async def _serve(self, session: Session) -> EslError:
        """From the first command to the end of the connection."""
        self._session = session
        self.trouble = ""
        self._became_connected.set()
        log.info("connected to the switch at %s:%s", *self._address)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._greet(session)), group.create_task(self._probe(session))]
            reason = await session.closed
            for task in tasks:
                task.cancel()
        return reason

    async def _greet(self, session: Session) -> None:
        if self._on_connected is None:
            return
        try:
            await self._on_connected(self)
        except EslError as error:
            session.drop(NotConnected(f"the start of the connection failed: {error}"))

    async def _probe(self, session: Session) -> None:
        """A switch that is stopped keeps its TCP connection: only an answer is a sign of life."""
        while True:
            await asyncio.sleep(self._idle_seconds)
            if session.owed == 0:
                try:
                    await session.command("api uptime", self._connect_timeout)
                except EslError as error:
                    session.drop(error)
                    return

    def _ended(self, supervisor: asyncio.Task[None]) -> None:
        """A fault in on_connected is the program's: whoever reads the events hears of it."""
        error = None if supervisor.cancelled() else supervisor.exception()
        if error is not None:
            self.trouble = f"{type(error).__name__}: {error}"
            log.error("the link to %s:%s ended", *self._address, exc_info=error)
            self._crossing.end(error)


def _accepted(line: str, answer: str) -> str:
    if answer.startswith(("-ERR", "-USAGE")):
        raise CommandRefused(line, answer.strip())
    return answer
