"""An event socket of the test's own: polite unless told otherwise, and then as hostile as bytes can be."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Self

GREETING = b"Content-Type: auth/request\n\n"
PASSWORD = "correct-password"  # noqa: S105  the test's own

Script = Mapping[str, bytes | None]


def reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def api_answer(body: bytes) -> bytes:
    return b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body)


def json_event(payload: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(payload), payload)


class EslServer:
    """`script`: what to send when a command begins with a text; None is silence. `cuts`: then close."""

    def __init__(self, script: Script | None = None, cuts: str = "\0", greeting: bytes = GREETING) -> None:
        self.script: dict[str, bytes | None] = dict(script or {})
        self.commands: list[str] = []
        self.connections = 0
        self._cuts = cuts
        self._greeting = greeting
        self._something_happened = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()

    @property
    def address(self) -> tuple[str, int]:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def until(self, wanted: Callable[[Self], bool], seconds: float = 20.0) -> None:
        """Asked again at each connection and command."""
        async with asyncio.timeout(seconds), self._something_happened:
            await self._something_happened.wait_for(lambda: wanted(self))

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await self._tell()
        self._writers.add(writer)
        writer.write(self._greeting)
        try:
            while True:
                command = (await reader.readuntil(b"\n\n")).decode().strip()
                if not command:  # empty lines between commands are nothing
                    continue
                self.commands.append(command)
                await self._tell()
                writer.write(self._answer(command))
                if command.startswith(self._cuts):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _tell(self) -> None:
        async with self._something_happened:
            self._something_happened.notify_all()

    def _answer(self, command: str) -> bytes:
        for beginning, data in self.script.items():
            if command.startswith(beginning):
                return data or b""
        if command.startswith("auth "):
            return reply("+OK accepted" if command == f"auth {PASSWORD}" else "-ERR invalid")
        if command.startswith("api "):
            return api_answer(b"+OK " + command[4:].encode())
        return reply("+OK")
