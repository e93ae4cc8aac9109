"""The event socket's framing from the switch's side: commands in, replies and frames out."""

import asyncio

MAX_COMMAND = 1 << 20

Command = tuple[str, dict[str, str], str]


async def read_command(reader: asyncio.StreamReader) -> Command | None:
    """A command, its headers by lower-case name, and its body; None at the end of the connection.

    Empty lines before it are nothing. Raises ValueError or LimitOverrunError for what is no command.
    """
    try:
        block = b""
        while not block.strip():
            block = await reader.readuntil(b"\n\n")
        first, *lines = block.decode("utf-8", "replace").replace("\r", "").strip("\n").split("\n")
        pairs = (line.partition(":")[::2] for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_COMMAND:
            raise ValueError("not a length")
        body = await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        return None
    return first, headers, body.decode("utf-8", "replace")


def write_reply(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode())


def write_frame(writer: asyncio.StreamWriter, kind: bytes, body: bytes) -> None:
    writer.write(b"Content-Type: %b\nContent-Length: %d\n\n%b" % (kind, len(body), body))
