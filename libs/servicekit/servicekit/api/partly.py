"""What could be read of a field although parts of it could not, so that the rules can look at the rest.

Only for finding more faults: where something could not be read, its place is a fault already.
"""

import json
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

_LOOKED_AT = 100
"""Items of a list: no more faults are told of one request."""


def readable_part(kind: Any, value: object) -> Any:
    """None where nothing could be; "" or the default stands for what could not."""
    if get_origin(kind) in (Union, UnionType):
        kind = next((one for one in get_args(kind) if one is not type(None)), None)
    if get_origin(kind) is list and isinstance(value, list):
        (item,) = get_args(kind)
        return [_part_of_item(item, one) for one in value[:_LOOKED_AT]]
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, dict):
        return _part_of_model(kind, value)
    return None


@cache
def _reading(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _part_of_item(kind: Any, value: object) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _part_of_model(kind, value if isinstance(value, dict) else {})
    return value if isinstance(value, str) else ""


def _part_of_model(kind: type[BaseModel], value: dict[str, Any]) -> BaseModel:
    fields = kind.model_fields.items()
    return kind.model_construct(**{name: _part_of_field(name, info, value) for name, info in fields})


def _part_of_field(name: str, info: FieldInfo, value: dict[str, Any]) -> Any:
    try:
        kind: Any = info.annotation
        return _reading(kind).validate_json(json.dumps(value[name]), strict=True)
    except (KeyError, ValidationError):
        return "" if info.is_required() else info.get_default(call_default_factory=True)
