"""The event socket: one connection, its commands in order, its events between them.

Garbage from one client costs that client its connection and nobody else anything.
"""

import asyncio
import hmac
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from .commands import Commands
from .events import ALL, Event, Events
from .frames import MAX_COMMAND, read_command, write_frame, write_reply

CUSTOM = "CUSTOM"
_MAX_BUFFERED = 32 << 20

Headers = dict[str, str]


class EslServer:
    def __init__(
        self,
        commands: Commands,
        events: Events,
        password: str,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._commands = commands
        self._events = events
        self._password = password
        self._spawn = spawn
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, host, port, limit=MAX_COMMAND)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(self, writer)
        try:
            writer.write(b"Content-Type: auth/request\n\n")
            while (command := await read_command(reader)) is not None:
                line, headers, _ = command
                if not await client.obey(line, headers):
                    break
                await writer.drain()
        except (ConnectionError, asyncio.LimitOverrunError, ValueError):
            pass  # the client's own doing: its connection ends here
        finally:
            self._events.leave(client)
            writer.close()

    def password_is(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._password.encode())

    async def run(self, line: str) -> str:
        return await self._commands.run(line)

    def listen(self, client: "_Client") -> None:
        self._events.join(client)

    def in_background(self, job: str, line: str) -> None:
        self._spawn(self._job(job, line))

    async def _job(self, job: str, line: str) -> None:
        body = await self._commands.run(line)
        name, _, argument = line.partition(" ")
        headers = {"Job-UUID": job, "Job-Command": name, "Job-Command-Arg": argument}
        self._events.fire("BACKGROUND_JOB", lambda: headers, body)


class _Client:
    def __init__(self, server: EslServer, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._writer = writer
        self._known = False
        self._wanted: set[str] = set()
        self._subclasses: set[str] = set()
        self._plain = False
        self._filters: list[tuple[str, str]] = []
        self.listening = False

    async def obey(self, line: str, headers: Headers) -> bool:
        """False ends the connection."""
        word, _, rest = line.partition(" ")
        if not self._known:
            return self._sign_in(word, rest)
        if word == "exit":
            self._reply("+OK bye")
            notice = b"Disconnected, goodbye.\n"
            self._frame(b"text/disconnect-notice", notice)
            return False
        if word == "api":
            self._frame(b"api/response", (await self._server.run(rest)).encode())
        elif word == "bgapi":
            job = headers.get("job-uuid", str(uuid.uuid4()))
            self._reply(f"+OK Job-UUID: {job}\nJob-UUID: {job}")
            self._server.in_background(job, rest)
        elif word == "filter":
            self._filter(rest)
        elif word == "event":
            self._subscribe(rest.split())
        elif word in ("nixevent", "noevents"):
            self._wanted -= set(rest.split()) if rest else self._wanted
            self._reply("+OK")
        elif word in ("linger", "nolinger", "log", "nolog"):
            self._reply("+OK")
        else:
            self._reply("-ERR command not found")
        return True

    def wants(self, name: str, subclass: str) -> bool:
        if name == CUSTOM and CUSTOM in self._wanted:
            return subclass in self._subclasses or not self._subclasses
        return name in self._wanted or ALL in self._wanted

    def take(self, event: Event) -> None:
        if self._filters and not any(_has(event, header, value) for header, value in self._filters):
            return
        if self._writer.transport.get_write_buffer_size() > _MAX_BUFFERED:
            self._writer.transport.abort()  # a reader that does not read may not hold our memory
        elif self._plain:
            self._frame(b"text/event-plain", event.as_plain)
        else:
            self._frame(b"text/event-json", event.as_json)

    def _sign_in(self, word: str, password: str) -> bool:
        self._known = word == "auth" and self._server.password_is(password)
        self._reply("+OK accepted" if self._known else "-ERR invalid")
        return self._known

    def _subscribe(self, words: list[str]) -> None:
        if not words or words[0] not in ("json", "plain"):
            self._reply("-ERR devswitch speaks json and plain")
            return
        self._plain = words[0] == "plain"
        # whatever follows CUSTOM is the name of a subclass
        names, custom, subclasses = _parted(words[1:])
        self._wanted |= {*names, *custom}
        self._subclasses |= set(subclasses)
        if not self.listening:
            self.listening = True
            self._server.listen(self)
        self._reply(f"+OK event listener enabled {words[0]}")

    def _filter(self, rest: str) -> None:
        """One of them that fits is enough; of what FreeSWITCH knows more, such as a minus, nothing."""
        header, _, value = rest.partition(" ")
        if not value or header in ("add", "delete") or value[0] in "+-/":
            self._reply("-ERR devswitch knows filters that let pass, one header and its value each")
            return
        self._filters.append((header, value))
        self._reply(f"+OK filter added. [{header}]=[{value}]")

    def _reply(self, text: str) -> None:
        write_reply(self._writer, text)

    def _frame(self, kind: bytes, body: bytes) -> None:
        write_frame(self._writer, kind, body)


def _has(event: Event, header: str, value: str) -> bool:
    return event.headers.get(header, "").lower() == value.lower()


def _parted(words: list[str]) -> tuple[list[str], list[str], list[str]]:
    if CUSTOM not in words:
        return words, [], []
    at = words.index(CUSTOM)
    return words[:at], [CUSTOM], words[at + 1 :]
