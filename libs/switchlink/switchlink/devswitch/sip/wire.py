"""A datagram as the text that a SIP parser may see.

A line ends where the edge in front of us says it ends (CRLF or LF). Everything else that Python's
splitlines() would take for a line's end becomes a space, so that no header can be smuggled inside another.
The body keeps one character per byte, because Content-Length counts bytes.
"""

import re

MAX_DATAGRAM = 32 * 1024

_SMUGGLED = re.compile("\r(?!\n)|[\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class NotSip(ValueError):
    pass


def text_of(data: bytes) -> str:
    if len(data) > MAX_DATAGRAM:
        raise NotSip(f"a datagram of {len(data)} bytes")
    # line ends before a message are somebody's keepalive (RFC 3261, 7.5)
    head, separator, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    return _SMUGGLED.sub(" ", _decode(head)) + separator.decode() + body.decode("latin-1")


def _decode(head: bytes) -> str:
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("latin-1")
