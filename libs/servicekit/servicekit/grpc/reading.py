"""Messages as they come: bounded, and what cannot be read refused as a problem, not as an error of ours.

gRPC reads a message before its handler runs and tells what goes wrong as UNKNOWN, with a traceback in the
log. So what cannot be read becomes a problem in the message's place, and whoever takes the message raises it.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from google.protobuf.message import DecodeError

from servicekit.errors import Invalid

MAX_MESSAGE = 1 << 20
"""Bytes of one message of a client, as of a REST body."""
Read = Callable[[bytes], Any]


def bounded(read: Read | None) -> Read:
    """read: None leaves the bytes as they are."""

    def reading(message: bytes) -> Any:
        if len(message) > MAX_MESSAGE:
            return Invalid(
                "body_too_large", f"the message is larger than {MAX_MESSAGE} bytes", hint="send less at once"
            )
        if read is None:
            return message
        try:
            return read(message)
        except DecodeError:
            hint = "send the message that the method takes; reflection and proto/ show it"
            return Invalid("message_malformed", "the bytes are not the message of this method", hint=hint)

    return reading


def taken(message: Any) -> Any:
    """Raises Invalid for what could not be read."""
    if isinstance(message, Invalid):
        raise message
    return message


async def each(messages: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Of a stream from the client."""
    async for message in messages:
        yield taken(message)
