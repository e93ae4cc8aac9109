"""Who is asking: a token or API key, or something that gives one and is asked for each try."""

from collections.abc import Awaitable, Callable

Credential = str | Callable[[], str]
AsyncCredential = str | Callable[[], str | Awaitable[str]]


def bearer(credential: Credential) -> str:
    """The value of `authorization`."""
    return f"Bearer {credential if isinstance(credential, str) else credential()}"


async def bearer_async(credential: AsyncCredential) -> str:
    given = credential if isinstance(credential, str) else credential()
    return f"Bearer {given if isinstance(given, str) else await given}"
