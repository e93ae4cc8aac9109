"""One request and its answer by httpx, for code that awaits and code that waits: all in which they differ."""

import asyncio
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import httpx

from keepline_client.credentials import AsyncCredential, Credential, bearer, bearer_async
from keepline_client.errors import DeadlineExceeded, KeeplineError, Unreachable
from keepline_client.rest.answers import Answer, failure_of
from keepline_client.rest.requests import Request
from keepline_client.retrying import Attempts, NotSent

USER_AGENT: Final = f"keepline-client/{version('keepline-client')}"
MOST_BYTES: Final = 64 * 1024 * 1024
_LEAST_SECONDS: Final = 0.001


async def exchanged_async(
    http: httpx.AsyncClient, request: Request, token: AsyncCredential, attempts: Attempts
) -> Answer | KeeplineError:
    try:
        async with asyncio.timeout(attempts.left_seconds):
            asked = _asked(request, await bearer_async(token), attempts)
            async with http.stream(**asked) as response:
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        return _too_long(response)
    except TimeoutError:
        return _over()
    except httpx.HTTPError as error:
        return _failed(error, attempts)
    return _told(response, body)


def exchanged(
    http: httpx.Client, request: Request, token: Credential, attempts: Attempts
) -> Answer | KeeplineError:
    """httpx bounds each wait, not all of them together: between the parts of the body the deadline is looked
    at, but connecting, sending and each piece of the headers may take what was left when the try began."""
    try:
        with http.stream(**_asked(request, bearer(token), attempts)) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    return _too_long(response)
                if not attempts.left_seconds:
                    return _over()
    except httpx.HTTPError as error:
        return _failed(error, attempts)
    return _told(response, body)


def _asked(request: Request, authorization: str, attempts: Attempts) -> dict[str, Any]:
    """Arguments of `httpx.Client.stream`."""
    headers: Mapping[str, str] = {
        "accept": "application/json, application/problem+json",
        "user-agent": USER_AGENT,
        **request.headers,
        "authorization": authorization,
    }
    arguments: dict[str, Any] = {
        "method": request.method,
        "url": request.path,
        "headers": headers,
        "timeout": max(_LEAST_SECONDS, attempts.left_seconds),
    }
    if request.query:
        arguments["params"] = list(request.query)
    if request.body is not None:
        arguments["json"] = request.body
    return arguments


def _told(response: httpx.Response, body: bytearray) -> Answer | KeeplineError:
    answer = Answer(response.status_code, response.headers, bytes(body))
    return failure_of(answer) or answer


def _failed(error: httpx.HTTPError, attempts: Attempts) -> KeeplineError:
    if isinstance(error, httpx.TimeoutException) or not attempts.left_seconds:
        return _over()
    if isinstance(error, httpx.ConnectError):
        return NotSent("unreachable", f"no connection: {error}")
    return Unreachable("unreachable", f"the connection broke: {error}")


def _over() -> DeadlineExceeded:
    return DeadlineExceeded("deadline_exceeded", "there was no answer in time")


def _too_long(response: httpx.Response) -> KeeplineError:
    detail = f"the answer is longer than {MOST_BYTES} bytes"
    return KeeplineError("answer_not_understood", detail, status=response.status_code)
