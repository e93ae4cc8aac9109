"""A request's body: JSON, declared as such, of a bounded size and within a bounded time."""

import asyncio
import re
from collections.abc import Mapping

from starlette.types import Message, Receive

from servicekit.http.methods import MERGE_PATCH
from servicekit.http.problems import BodyLate, TooLarge, UnsupportedMediaType

MAX_BODY = 1 << 20
BODY_SECONDS = 30.0
"""From the first look at a request's body to its end."""
_UTF8 = r"(\s*;\s*charset=\"?utf-?8\"?)?\s*"
_JSON = re.compile(rf"application/json{_UTF8}", re.IGNORECASE)
_PATCH = re.compile(rf"application/(json|merge-patch\+json){_UTF8}", re.IGNORECASE)
_READABLE = {"POST": _JSON, "PATCH": _PATCH}


def check_type(method: str, headers: Mapping[str, str]) -> None:
    """Raises UnsupportedMediaType for a body that is not declared as what is read here."""
    readable = _READABLE.get(method)
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if readable is None or not has_body or readable.fullmatch(headers.get("content-type", "").strip()):
        return
    what = f"application/json or {MERGE_PATCH}" if method == "PATCH" else "application/json"
    raise UnsupportedMediaType(
        "content_type_unsupported",
        "the body is not declared as JSON that is read here",
        hint=f"send Content-Type: {what}",
    )


def bounded(headers: Mapping[str, str], receive: Receive) -> Receive:
    """Raises TooLarge, at once where the size is declared."""
    declared = headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > MAX_BODY:
        raise _too_large()
    seen, whole = 0, False
    until: float | None = None

    async def receive_bounded() -> Message:
        nonlocal seen, whole, until
        if whole:  # what is waited for now is the end of the connection
            return await receive()
        until = until or asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            raise BodyLate(
                "body_incomplete", f"the body did not come within {BODY_SECONDS:g} s", hint="send it again"
            ) from error
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise _too_large()
        whole = not message.get("more_body", False)
        return message

    return receive_bounded


def _too_large() -> TooLarge:
    return TooLarge("body_too_large", f"the body is larger than {MAX_BODY} bytes", hint="send less at once")
