"""The application `socket`, synchronous: asks the first address of a list that takes the connection.

The other side commands the channel until it says `exit`, closes, or the channel is gone; then the
dialplan goes on. Nobody there is no fault: the dialplan goes on at once.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Protocol
from urllib.parse import quote

from switchlink.devswitch.channel import Channel
from switchlink.devswitch.channel_headers import headers_of
from switchlink.devswitch.roles import Application

from .events import Events
from .frames import MAX_COMMAND, read_command, write_frame, write_reply

_GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


class Commanded(Protocol):
    """The switch, to whoever commands one of its channels."""

    events: Events

    async def run(self, line: str) -> str: ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]": ...


class Walker(Protocol):
    def go(self) -> None: ...

    def do(self, name: str, data: str) -> Application | None: ...

    def expanded(self, text: str) -> str: ...


class OutboundSocket:
    name = "socket"

    def __init__(self, channel: Channel, data: str, switch: Commanded, walker: Walker) -> None:
        self.data = data
        self._channel = channel
        self._addresses = data.partition(" ")[0].split("|")
        self._switch = switch
        self._walker = walker
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = self._switch.spawn(self._talk())

    def stop(self, cause: str) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _talk(self) -> None:
        for address in self._addresses:
            host, _, port = address.rpartition(":")
            try:
                reader, writer = await asyncio.open_connection(host, int(port), limit=MAX_COMMAND)
            except OSError:
                continue
            try:
                await self._obey(reader, writer)
            except (ConnectionError, asyncio.LimitOverrunError, ValueError):
                pass  # the router's own doing: the conversation ends here
            finally:
                self._say_goodbye(writer)
            break
        self._task = None
        self._walker.go()

    def _say_goodbye(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            write_frame(writer, b"text/disconnect-notice", _GOODBYE)
        writer.close()

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (command := await read_command(reader)) is not None:
            line, headers, body = command
            word, _, rest = line.partition(" ")
            if word == "exit":
                write_reply(writer, "+OK bye")
                return
            if word == "connect":
                writer.write(self._channel_data())
            elif word == "sendmsg":
                self._execute(headers, body)
                write_reply(writer, "+OK")
            elif word == "api":
                write_frame(writer, b"api/response", (await self._switch.run(rest)).encode())
            else:
                write_reply(writer, "-ERR command not found")
            await writer.drain()

    def _execute(self, headers: dict[str, str], body: str) -> None:
        """As switch_ivr_parse_event: the argument stands in a header, or in a body of plain text."""
        plain = headers.get("content-type", "") == "text/plain"
        argument = headers.get("execute-app-arg") or (body if plain else "")
        if headers.get("call-command") == "execute":
            self._walker.do(headers.get("execute-app-name", ""), self._walker.expanded(argument))
        elif headers.get("call-command") == "hangup":
            self._channel.hang_up(headers.get("hangup-cause", ""))

    def _channel_data(self) -> bytes:
        about = self._switch.events.about("CHANNEL_DATA") | headers_of(self._channel)
        about |= {"Content-Type": "command/reply", "Reply-Text": "+OK\n", "Socket-Mode": "static"}
        lines = "".join(f"{name}: {quote(value)}\n" for name, value in about.items())
        return f"{lines}Control: full\n\n".encode("utf-8", "replace")
