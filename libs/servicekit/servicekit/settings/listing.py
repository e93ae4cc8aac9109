"""Settings as rows for people: what --help of a service prints and docs/settings.md holds."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, IPvAnyNetwork
from pydantic.fields import FieldInfo

from servicekit.settings.environment import PREFIX, group_of

REQUIRED = "required"
_KINDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    AwareDatetime: "time",
    IPvAnyNetwork: "network",
}
_BOUNDS = (("ge", "from {}"), ("gt", "above {}"), ("le", "to {}"), ("lt", "below {}"))


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """default: as it would be typed, "required", or "" for none."""

    name: str
    kind: str
    default: str
    meaning: str


def rows(cls: type[BaseModel], prefix: str = PREFIX) -> Iterator[Row]:
    for field_name, field in cls.model_fields.items():
        name = prefix + field_name.upper()
        group = group_of(field.annotation)
        if group is not None:
            yield from rows(group, f"{name}__")
        else:
            yield Row(name, _kind(field), _default(field), " ".join((field.description or "").split()))


def help_text(name: str, cls: type[BaseModel]) -> str:
    lines = [f"{name} takes no arguments. Its settings come from the environment:", ""]
    for row in rows(cls):
        default = "required" if row.default == REQUIRED else f"default: {row.default or 'none'}"
        lines += [f"  {row.name}  ({row.kind}; {default})", f"      {row.meaning}"]
    return "\n".join(lines) + "\n"


def _kind(field: FieldInfo) -> str:
    bounds = {key: getattr(part, key) for part in field.metadata for key, _ in _BOUNDS if hasattr(part, key)}
    said = [words.format(bounds[key]) for key, words in _BOUNDS if key in bounds]
    return ", ".join([_words(field.annotation), " ".join(said)] if said else [_words(field.annotation)])


def _words(annotation: Any) -> str:
    parts = [part for part in get_args(annotation) if part not in (type(None), ...)]
    if get_origin(annotation) is Literal:
        return ", ".join(map(str, parts))
    if get_origin(annotation) is types.UnionType:
        return " or ".join(map(_words, parts))
    if get_origin(annotation) in (tuple, list, frozenset):
        return f"JSON list of {_words(parts[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "{" + ", ".join(annotation.model_fields) + "}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(str(member.value) for member in annotation)
    return _KINDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return REQUIRED
    default = field.get_default(call_default_factory=True)
    if default is None or default == "":
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple | list | frozenset):
        return "[" + ", ".join(str(part) if isinstance(part, int) else f'"{part}"' for part in default) + "]"
    return f"{default:g}" if isinstance(default, float) else str(default)
