"""Answers of which `fields=` takes a part: described beside the whole, with its fields and none required."""

from collections.abc import Mapping
from typing import Any

Described = dict[str, Any]

_PREFIX = "#/components/schemas/"
_JSON = "application/json"


def describe(operation: Described, schemas: Described) -> None:
    """Of an operation that takes `fields`. A page is whole, its items may be parts."""
    answer = operation["responses"].get("200", {}).get("content", {}).get(_JSON, {})
    whole = answer.get("schema", {}).get("$ref", "").removeprefix(_PREFIX)
    if whole not in schemas or "fields" not in {one["name"] for one in operation.get("parameters", ())}:
        return
    part = _page(whole, schemas) or _part(whole, schemas)
    answer["schema"] = {"anyOf": [{"$ref": _PREFIX + whole}, {"$ref": _PREFIX + part}]}


def _part(whole: str, schemas: Described) -> str:
    name = f"{whole}Part"
    said: Mapping[str, Any] = schemas[whole]
    part = {key: value for key, value in said.items() if key not in ("required", "title", "description")}
    schemas[name] = {**part, "title": name, "description": f"What `fields` names of {whole}."}
    return name


def _page(whole: str, schemas: Described) -> str:
    """ "" for what is no page."""
    properties = dict(schemas[whole].get("properties", {}))
    if "next_page_token" not in properties:
        return ""
    for field, schema in properties.items():
        item = schema.get("items", {}).get("$ref", "").removeprefix(_PREFIX)
        if item:
            properties[field] = {**schema, "items": {"$ref": _PREFIX + _part(item, schemas)}}
    name = f"{whole}OfParts"
    schemas[name] = {**schemas[whole], "title": name, "properties": properties}
    return name
