"""What both clients make of httpx: its request, its failures."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import httpx

from keepline_client.errors import DeadlineExceeded, KeeplineError, Unreachable
from keepline_client.rest.requests import Request
from keepline_client.retrying import NotSent

USER_AGENT = f"keepline-client/{version('keepline-client')}"
DEADLINE_SECONDS = 10.0
_LEAST_SECONDS = 0.001


def sent(request: Request, authorization: str, left_seconds: float) -> dict[str, Any]:
    """Arguments of `httpx.Client.build_request`."""
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
        "timeout": max(_LEAST_SECONDS, left_seconds),
    }
    if request.query:
        arguments["params"] = list(request.query)
    if request.body is not None:
        arguments["json"] = request.body
    return arguments


def failed(error: httpx.HTTPError, left_seconds: float) -> KeeplineError:
    """What httpx raised, as one of ours."""
    if isinstance(error, httpx.TimeoutException) or not left_seconds:
        return over()
    if isinstance(error, httpx.ConnectError):
        return NotSent("unreachable", f"no connection: {error}")
    return Unreachable("unreachable", f"the connection broke: {error}")


def over() -> DeadlineExceeded:
    return DeadlineExceeded("deadline_exceeded", "there was no answer in time")
