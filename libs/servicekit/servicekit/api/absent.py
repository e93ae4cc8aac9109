"""Fields that may be left out and have no value then, rather than an empty one."""

from collections.abc import Callable
from typing import Any

from pydantic import Field


def may_be_absent(description: str, **schema: Any) -> Any:
    """None in the model, nothing in JSON, and null is refused; schema: more for OpenAPI."""
    return Field(default=None, description=description, json_schema_extra=_said(schema))


def documented(description: str = "", **schema: Any) -> Any:
    """Of a required field whose rule the domain keeps, with codes of its own; schema: for OpenAPI."""
    return Field(description=description or None, json_schema_extra=_said(schema))


def _said(schema: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def say(described: dict[str, Any]) -> None:
        if described.get("default", ...) is None:
            del described["default"]
        described.update(schema)

    return say
