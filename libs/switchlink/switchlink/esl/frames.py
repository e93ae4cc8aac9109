"""The event socket's framing, without a socket: bytes in, frames out.

A frame is a block of headers ended by an empty line, then a body of Content-Length bytes. Every
length is bounded before memory is spent on it, and what is not a frame ends the connection: after
one misread byte nothing that follows can be trusted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .errors import ProtocolViolation

MAX_HEADERS = 64 * 1024
MOST_HEADERS = 4096
MAX_BODY = 32 * 1024 * 1024  # `show channels as json` of ten thousand calls is a third of it

_END = b"\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class FrameReader:
    """Bounds in bytes; `most_headers` is their number in one frame."""

    def __init__(
        self, *, max_headers: int = MAX_HEADERS, most_headers: int = MOST_HEADERS, max_body: int = MAX_BODY
    ) -> None:
        self._max_headers = max_headers
        self._most_headers = most_headers
        self._max_body = max_body
        self._buffer = bytearray()
        self._searched = 0
        self._headers: dict[str, str] | None = None
        self._wanted = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._buffer += data
        position = 0
        try:
            while True:
                if self._headers is None:
                    position = self._skip_empty_lines(position)
                    end = self._buffer.find(_END, max(position, self._searched))
                    if end < 0:
                        self._refuse_long_headers(len(self._buffer) - position)
                        self._searched = max(position, len(self._buffer) - 1)
                        return
                    self._refuse_long_headers(end - position)
                    self._headers = _headers(bytes(self._buffer[position:end]), self._most_headers)
                    self._wanted = _content_length(self._headers, self._max_body)
                    position = self._searched = end + len(_END)
                if len(self._buffer) - position < self._wanted:
                    return
                with memoryview(self._buffer) as view:
                    body = bytes(view[position : position + self._wanted])
                frame = Frame(self._headers, body)
                position = self._searched = position + self._wanted
                self._headers = None
                yield frame
        finally:
            del self._buffer[:position]
            self._searched = max(0, self._searched - position)

    def finish(self) -> None:
        """The other side closed: complain when it was in the middle of a frame."""
        if self._headers is not None:
            raise ProtocolViolation(
                f"the connection ended after {len(self._buffer)} of {self._wanted} bytes of a body"
            )
        if self._buffer.strip():
            raise ProtocolViolation("the connection ended inside a block of headers")

    def _skip_empty_lines(self, position: int) -> int:
        while self._buffer[position : position + 1] == b"\n":
            position += 1
        return position

    def _refuse_long_headers(self, length: int) -> None:
        if length > self._max_headers:
            raise ProtocolViolation(f"headers are longer than {self._max_headers} bytes")


def _headers(block: bytes, most: int) -> dict[str, str]:
    if block.count(b"\n") >= most:
        raise ProtocolViolation(f"more than {most} headers in one frame")
    headers: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name:
            raise ProtocolViolation(f"not a header: {line[:80]!r}")
        if name == "Content-Length" and headers.get(name, value) != value:
            raise ProtocolViolation("two different Content-Length in one frame")
        headers[name] = value
    if "Content-Type" not in headers:
        raise ProtocolViolation("a frame without Content-Type")
    return headers


def _content_length(headers: Mapping[str, str], most: int) -> int:
    text = headers.get("Content-Length", "0")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_BODY)) or int(text) > most:
        raise ProtocolViolation(f"Content-Length {text[:20]!r} is not between 0 and {most}")
    return int(text)
