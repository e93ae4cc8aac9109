"""Which environment variables are settings, whose they are, and which are nobody's.

`known.txt` holds the names of all components. `make settings` writes it and `make check` compares it, so that
a process can tell a typing error from a setting of another component in the same environment.
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

PREFIX = "KEEPLINE_"
_NAME = r"KEEPLINE(?:_[A-Z0-9_]+)?"
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_SERVICE = re.compile(rf"{_NAME}_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|{_NAME}_PORT_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?")
_SERVICE_PORT = re.compile(rf"{_NAME}_PORT")
_PORT_VALUE = re.compile(r"(tcp|udp|sctp)://.+:\d+")


class NotJson:
    """Stands in for a value that should be JSON and is not; validation then finds all of them."""


class Environment(EnvSettingsSource):
    """The variables that are settings of this class: others may have the same first name."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        own = names_of(self.settings_cls)
        return {name: value for name, value in super()._load_env_vars().items() if name.upper() in own}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return NotJson()


def names_of(cls: type[BaseModel]) -> frozenset[str]:
    """Every variable that this class reads; a group also as one JSON object under its own name."""
    return frozenset(_names(cls, PREFIX))


def group_of(annotation: Any) -> type[BaseModel] | None:
    """The class of a nested group, also of an optional one; None for a single setting."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part if annotation is part or type(None) in get_args(annotation) else None
    return None


def unknown(cls: type[BaseSettings], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What is no setting of any component: the variable's name, and what is wrong with it."""
    known = names_of(cls) | _known()
    return {
        name: _guess(name, known)
        for name, value in sorted(environment.items())
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _of_kubernetes(name, value)
    }


@cache
def _known() -> frozenset[str]:
    return frozenset(files("servicekit.settings").joinpath("known.txt").read_text().split())


def _names(cls: type[BaseModel], prefix: str) -> Iterator[str]:
    for field_name, field in cls.model_fields.items():
        name = prefix + field_name.upper()
        yield name
        group = group_of(field.annotation)
        if group is not None:
            yield from _names(group, f"{name}__")


def _guess(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.75)
    return "is no setting of any component" + (f"; did you mean {nearest[0]}?" if nearest else "")


def _of_kubernetes(name: str, value: str) -> bool:
    """What Kubernetes puts into each container for the services of its namespace."""
    if _SERVICE.fullmatch(name):
        return True
    return bool(_SERVICE_PORT.fullmatch(name) and _PORT_VALUE.fullmatch(value))
