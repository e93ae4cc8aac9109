"""What /openapi.json says beyond the routes: names of operations, the token, every refusal, the id.

The description is true, so that clients made from it, and tests made from it, can rely on it.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from servicekit.api import described
from servicekit.http import parts, refused

_TEXT = {"type": "string"}
_CODE = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_VIOLATION = {
    "type": "object",
    "description": "One thing that is wrong with what was sent.",
    "required": ["pointer", "code", "detail", "hint"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer (RFC 6901) into the body; of a parameter or header / and its name",
        },
        "code": _CODE,
        "detail": _TEXT,
        "hint": {"type": "string", "description": "how to repair it"},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "Any refusal, RFC 9457. `code` is stable, `hint` says how to repair it.",
    "required": ["type", "title", "status", "detail", "code", "hint", "request_id", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "where the code is explained"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "what happened"},
        "code": _CODE,
        "hint": {"type": "string", "description": "how to repair it"},
        "request_id": {"type": "string", "description": "as in the answer's X-Request-Id and in our logs"},
        "trace_id": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
    },
}
_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of your tenant. In development: python -m servicekit.auth.dev_issuer",
}
_REQUEST_ID = {
    "description": "Of this request: the one that was sent, where it was one, otherwise a new one",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}


def operation_name(route: APIRoute) -> str:
    """An operation is named as its function: list_trunks is listTrunks. A verb alone takes the last noun of
    its path: create at /api/v1/sip/trunks is createTrunk."""
    first, *others = route.name.split("_")
    nouns = [part for part in route.path.split("/") if part and not part.startswith("{")]
    if not others and nouns:
        others = nouns[-1].removesuffix("s").split("-")
    return first + "".join(word.capitalize() for word in others)


def install(app: FastAPI, open_paths: tuple[str, ...]) -> None:
    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, open_paths)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def _described(app: FastAPI, open_paths: tuple[str, ...]) -> dict[str, Any]:
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    described.gather(description)
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # the framework's refusal, which is not ours
        schemas.pop(unused, None)
    schemas |= {"Problem": _PROBLEM, "Violation": _VIOLATION}
    components["securitySchemes"] = {"token": _SCHEME}
    components["headers"] = {"RequestId": _REQUEST_ID}
    description["servers"] = [{"url": "/"}]
    for path, operation in _operations(description):
        secured = not path.startswith(open_paths or ("\0",))
        if "422" in operation["responses"] and "x-codes" not in operation["responses"]["422"]:
            operation["responses"].pop("422")
        parts.describe(operation, schemas)
        refused.describe(path, operation, secured=secured)
        operation["security"] = [{"token": []}] if secured else []
        for answer in operation["responses"].values():
            answer["headers"] = {**answer.get("headers", {}), "X-Request-Id": _header("RequestId")}
    return description


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description.get("paths", {}).items():
        for operation in methods.values():
            yield path, operation
