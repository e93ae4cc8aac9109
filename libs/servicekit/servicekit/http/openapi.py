"""What /openapi.json says beyond the routes: that a token is needed, and how every refusal looks.

The description is true, so that clients made from it, and tests made from it, can rely on it.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from servicekit.api import described

_TEXT = {"type": "string"}
_VIOLATION = {
    "type": "object",
    "required": ["pointer", "code", "detail", "hint"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer (RFC 6901) of the wrong field"},
        "code": _TEXT,
        "detail": _TEXT,
        "hint": _TEXT,
    },
}
_PROBLEM = {
    "type": "object",
    "description": "Any refusal, RFC 9457. `code` is stable, `hint` says how to repair it.",
    "required": ["type", "title", "status", "detail", "code", "hint", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "hint": _TEXT,
        "trace_id": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
    },
}
_REFUSED = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of your tenant. In development: python -m servicekit.auth.dev_issuer",
}


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
    for path, operation in _operations(description):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = _REFUSED
        operation["security"] = [] if path.startswith(open_paths or ("\0",)) else [{"token": []}]
    return description


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description.get("paths", {}).items():
        for operation in methods.values():
            yield path, operation
