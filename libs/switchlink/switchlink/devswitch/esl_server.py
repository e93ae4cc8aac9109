"""The event socket: one connection, its commands in order, its events between them.

Rule: garbage from one client costs that client its connection and nobody else anything.
"""

import asyncio
import hmac
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from .commands import Commands
from .events import ALL, Event, Events

_MAX_COMMAND = 1 << 20
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
        self._server = await asyncio.start_server(self._serve, host, port, limit=_MAX_COMMAND)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(self, writer)
        try:
            writer.write(b"Content-Type: auth/request\n\n")
            while (command := await _read(reader)) is not None:
                if not await client.obey(*command):
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
        self._plain = False
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

    def wants(self, name: str) -> bool:
        return name in self._wanted or ALL in self._wanted

    def take(self, event: Event) -> None:
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
        self._wanted |= set(words[1:])
        if not self.listening:
            self.listening = True
            self._server.listen(self)
        self._reply(f"+OK event listener enabled {words[0]}")

    def _reply(self, text: str) -> None:
        self._writer.write(f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode())

    def _frame(self, kind: bytes, body: bytes) -> None:
        head = b"Content-Type: %b\nContent-Length: %d\n\n" % (kind, len(body))
        self._writer.write(head + body)


async def _read(reader: asyncio.StreamReader) -> tuple[str, Headers] | None:
    """A command and its headers; None at the end of the connection. Empty lines before it are nothing."""
    try:
        block = b""
        while not block.strip():
            block = await reader.readuntil(b"\n\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = block.decode("utf-8", "replace").replace("\r", "").strip("\n").split("\n")
    pairs = (line.partition(":")[::2] for line in lines)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > _MAX_COMMAND:
        raise ValueError("not a length")
    await reader.readexactly(int(length))
    return first, headers
