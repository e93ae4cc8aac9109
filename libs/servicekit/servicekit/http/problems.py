"""Every refusal as application/problem+json (RFC 9457), with code, hint, ids and errors beside it.

What the framework refuses becomes a Problem here, and the guards answer it. What we did not foresee is told
as code `internal` and nothing of it leaks; the log has the rest.
"""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from servicekit.api.strict_json import MalformedJson
from servicekit.errors import Problem, Unauthenticated
from servicekit.http.methods import ACCEPT_PATCH, allowed
from servicekit.http.validation import from_validation
from servicekit.telemetry import tracing
from servicekit.telemetry.logging import logger
from servicekit.telemetry.request_id import request_id

MEDIA_TYPE = "application/problem+json"

_log = logger(__name__)


class BodyLate(Problem):
    title = "The request did not come in time"
    http_status = 408
    grpc_status = "DEADLINE_EXCEEDED"


class TooLarge(Problem):
    title = "The request is too large"
    http_status = 413


class UnsupportedMediaType(Problem):
    title = "The body is not of a type that is understood"
    http_status = 415


class MalformedHttp(Problem):
    title = "The request cannot be read"
    http_status = 400


class MethodNotAllowed(Problem):
    title = "This path does not know this method"
    http_status = 405
    allow = ""


class NoSuchPath(Problem):
    title = "There is nothing at this path"
    http_status = 404


class Refused(Problem):
    title = "The request was refused"
    http_status = 400


def problem_response(problem: Problem, problems: str) -> JSONResponse:
    """problems: where the codes are explained; `type` is this with the code behind it."""
    sent: dict[str, str] = {}
    if problem.retry_after is not None:
        sent["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, BodyLate):
        sent["Connection"] = "close"  # the rest of the body would be read as the next request
    if isinstance(problem, Unauthenticated):
        sent["WWW-Authenticate"] = "Bearer"
    if isinstance(problem, MethodNotAllowed):
        sent["Allow"] = problem.allow
    if isinstance(problem, UnsupportedMediaType):
        sent["Accept-Patch"] = ACCEPT_PATCH
    return JSONResponse(_document(problem, problems), problem.http_status, sent, MEDIA_TYPE)


def _document(problem: Problem, problems: str) -> dict[str, object]:
    return {
        "type": problems + problem.code,
        "title": problem.title,
        "status": problem.http_status,
        "detail": problem.detail,
        "code": problem.code,
        "hint": problem.hint,
        "request_id": request_id(),
        "trace_id": tracing.trace_id(),
        "errors": [
            {"pointer": v.pointer, "code": v.code, "detail": v.detail, "hint": v.hint}
            for v in problem.violations
        ],
    }


def unforeseen(error: Exception, what: str) -> Problem:
    _log.error("an unexpected error", what=what, exc_info=error)
    return Problem(
        "internal", "something went wrong on our side", hint="try again; quote request_id to the operator"
    )


def install(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def _validation(_request: Request, error: RequestValidationError) -> JSONResponse:
        raise from_validation(error)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        raise from_http(request, error)


def no_such_path(path: str) -> NoSuchPath:
    hint = "leave the slash at its end out" if len(path) > 1 and path.endswith("/") else "see /docs"
    return NoSuchPath("path_not_found", f"there is nothing at {path}", hint=hint)


def from_http(request: Request, error: HTTPException) -> Problem:
    """What the framework, or a route with the framework's words, refuses."""
    if isinstance(error.__cause__, Problem):  # raised while the framework was reading the body
        return error.__cause__
    if error.__cause__ is not None:
        return MalformedJson("json_malformed", "the body cannot be read as JSON", hint="send UTF-8 JSON")
    if error.status_code == NoSuchPath.http_status:
        return no_such_path(request.url.path)
    if error.status_code == MethodNotAllowed.http_status:
        return _method_not_allowed(request)
    refused = Refused("request_refused", str(error.detail))
    refused.http_status = error.status_code  # type: ignore[misc]  # the framework's own status, told as it is
    return refused


def _method_not_allowed(request: Request) -> MethodNotAllowed:
    allow = ", ".join(allowed(request.app.routes, request.url.path))
    refused = MethodNotAllowed(
        "method_not_allowed", f"{request.method} is not known here", hint=f"use one of {allow}"
    )
    refused.allow = allow
    return refused
