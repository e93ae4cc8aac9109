"""Each resource once: where it is and what its parts are. Both clients are made of this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)
New = TypeVar("New", bound=Mapping[str, object])
Change = TypeVar("Change", bound=Mapping[str, object])
Query = TypeVar("Query", bound=Mapping[str, object])
Item = TypeVar("Item")
Parts = dict[str, Any]
"""Some fields of an object, as they are in JSON."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: list[Item]
    next_page_token: str
    """"" on the last page."""


@dataclass(frozen=True, slots=True)
class ReadKind(Generic[T, Query]):
    """path: of the list; plural: the list's name in a page."""

    path: str
    model: type[T]
    plural: str


@dataclass(frozen=True, slots=True)
class Kind(ReadKind[T, Query], Generic[T, New, Change, Query]):
    """One that can be written too."""
