"""Every refusal as application/problem+json (RFC 9457), with code, hint, trace_id and errors beside it.

What we did not foresee is told as code `internal` and nothing of it leaks; the log has the rest.
"""

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from servicekit.api.strict_json import MalformedJson
from servicekit.errors import Problem, Unauthenticated
from servicekit.http.validation import from_validation
from servicekit.telemetry import tracing
from servicekit.telemetry.logging import logger

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://keepline.dev/problems/"

_log = logger(__name__)


class TooLarge(Problem):
    title = "The request is too large"
    http_status = 413


class UnsupportedMediaType(Problem):
    title = "The body is not of a type that is understood"
    http_status = 415


class MethodNotAllowed(Problem):
    title = "This path does not know this method"
    http_status = 405


class NoSuchPath(Problem):
    title = "There is nothing at this path"
    http_status = 404


class Refused(Problem):
    title = "The request was refused"
    http_status = 400


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    sent = dict(headers or {})
    if problem.retry_after is not None:
        sent["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthenticated):
        sent["WWW-Authenticate"] = "Bearer"
    return JSONResponse(as_document(problem), problem.http_status, sent, MEDIA_TYPE)


def as_document(problem: Problem) -> dict[str, object]:
    return {
        "type": TYPE_BASE + problem.code,
        "title": problem.title,
        "status": problem.http_status,
        "detail": problem.detail,
        "code": problem.code,
        "hint": problem.hint,
        "trace_id": tracing.trace_id(),
        "errors": [
            {"pointer": v.pointer, "code": v.code, "detail": v.detail, "hint": v.hint}
            for v in problem.violations
        ],
    }


def unforeseen(error: Exception, what: str) -> Problem:
    _log.error("an unexpected error", what=what, exc_info=error)
    return Problem(
        "internal", "something went wrong on our side", hint="try again; quote trace_id to the operator"
    )


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_request: Request, error: Problem) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _validation(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(from_validation(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(_from_http(request, error), error.headers)


def _from_http(request: Request, error: HTTPException) -> Problem:
    if isinstance(error.__cause__, Problem):  # raised while the framework was reading the body
        return error.__cause__
    if error.__cause__ is not None:
        return MalformedJson("json_malformed", "the body cannot be read as JSON", hint="send UTF-8 JSON")
    if error.status_code == NoSuchPath.http_status:
        return NoSuchPath("path_not_found", f"there is nothing at {request.url.path}", hint="see /docs")
    if error.status_code == MethodNotAllowed.http_status:
        allowed = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(
            "method_not_allowed",
            f"{request.method} is not known here",
            hint=f"use {allowed}" if allowed else "",
        )
    refused = Refused("request_refused", str(error.detail))
    refused.http_status = error.status_code  # type: ignore[misc]  # the framework's own status, told as it is
    return refused
