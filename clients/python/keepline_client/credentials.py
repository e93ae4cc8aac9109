"""Who is asking: a token or API key, or something that gives one and is asked for each try."""

import re
from collections.abc import Awaitable, Callable

Credential = str | Callable[[], str]
AsyncCredential = str | Callable[[], str | Awaitable[str]]
_TOKEN = re.compile(r"[!-~]+")


def bearer(credential: Credential) -> str:
    """The value of `authorization`."""
    return _header(credential if isinstance(credential, str) else credential())


async def bearer_async(credential: AsyncCredential) -> str:
    given = credential if isinstance(credential, str) else credential()
    return _header(given if isinstance(given, str) else await given)


def _header(token: str) -> str:
    """A line's end, as files have one, is no part of it. Checked here, since what httpx and gRPC say of a
    header that they do not send holds the header."""
    if _TOKEN.fullmatch(token := token.strip()) is None:
        raise ValueError("the token is empty or has characters that no token has")
    return f"Bearer {token}"
