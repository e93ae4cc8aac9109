"""The switch's side of a hand-over, by hand: connects, says what a channel is, obeys until `exit`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

NOTICE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


@dataclass(frozen=True, slots=True)
class Told:
    """What the router said: its variables, and whether it said `exit` or only closed."""

    variables: Mapping[str, str]
    exited: bool


def channel_data(headers: Mapping[str, str]) -> bytes:
    """The answer to `connect`, as mod_event_socket writes it."""
    lines = {"Event-Name": "CHANNEL_DATA", **headers, "Content-Type": "command/reply", "Reply-Text": "+OK\n"}
    text = "".join(f"{name}: {quote(value)}\n" for name, value in lines.items())
    return (text + "Socket-Mode: static\nControl: full\n\n").encode()


def goodbye() -> bytes:
    return b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n%b" % (len(NOTICE), NOTICE)


async def ask(address: tuple[str, int], headers: Mapping[str, str], seconds: float = 5.0) -> Told:
    """One whole hand-over."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        async with asyncio.timeout(seconds):
            assert await reader.readuntil(b"\n\n") == b"connect\n\n"
            writer.write(channel_data(headers))
            return await _obey(reader, writer)
    finally:
        writer.close()


async def _obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Told:
    variables: dict[str, str] = {}
    while True:
        try:
            block = (await reader.readuntil(b"\n\n")).decode()
        except asyncio.IncompleteReadError:
            return Told(variables, exited=False)
        command, *lines = block.strip().split("\n")
        if command == "exit":
            writer.write(b"Content-Type: command/reply\nReply-Text: +OK bye\n\n" + goodbye())
            return Told(variables, exited=True)
        headers = dict(line.split(": ", 1) for line in lines)
        assert (command, headers["execute-app-name"]) == ("sendmsg", "multiset")
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        assert body.startswith("^^|")
        variables |= dict(pair.split("=", 1) for pair in body[3:].split("|"))
        writer.write(b"Content-Type: command/reply\nReply-Text: +OK\n\n")
