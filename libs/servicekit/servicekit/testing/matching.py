"""MongoDB's filters over plain documents, as far as the services use them.

What is not known here raises, so that a test never passes by accident.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any


def matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    return all(_clause(document, key, wanted) for key, wanted in query.items())


def values_at(value: object, path: str) -> list[object]:
    """All values that a dotted path reaches, through arrays as well; empty when there is none."""
    head, _, rest = path.partition(".")
    found: list[object] = []
    if isinstance(value, Mapping) and head in value:
        found = [value[head]]
    elif isinstance(value, list):
        if head.isdigit():
            found = value[int(head) : int(head) + 1]
        else:
            return [
                reached for item in value if isinstance(item, Mapping) for reached in values_at(item, path)
            ]
    return [reached for item in found for reached in values_at(item, rest)] if rest else found


def rank(value: object) -> tuple[int, Any]:
    """MongoDB's order over types, for sorting and for ranges."""
    place, comparable = next((p, c) for kinds, p, c in _ORDER if isinstance(value, kinds))
    return place, comparable(value)


def _clause(document: Mapping[str, Any], key: str, wanted: object) -> bool:
    if key == "$and":
        return all(matches(document, part) for part in _parts(wanted))
    if key == "$or":
        return any(matches(document, part) for part in _parts(wanted))
    if key == "$nor":
        return not any(matches(document, part) for part in _parts(wanted))
    if key.startswith("$"):
        raise LookupError(f"the twin does not know {key}")
    found = values_at(document, key)
    if _is_operators(wanted):
        assert isinstance(wanted, Mapping)
        return all(_operator(found, name, argument, wanted) for name, argument in wanted.items())
    return _equals(found, wanted)


def _parts(wanted: object) -> Sequence[Mapping[str, Any]]:
    assert isinstance(wanted, list | tuple)
    return wanted


def _is_operators(wanted: object) -> bool:
    return isinstance(wanted, Mapping) and bool(wanted) and all(str(key).startswith("$") for key in wanted)


def _equals(found: list[object], wanted: object) -> bool:
    if wanted is None:
        return not found or any(value is None for value in _spread(found))
    return any(rank(value) == rank(wanted) for value in _spread(found))


def _spread(found: list[object]) -> list[object]:
    """A condition on an array holds when it holds for the array or for one of its members."""
    return found + [member for value in found if isinstance(value, list) for member in value]


def _operator(found: list[object], name: str, argument: Any, beside: Mapping[str, Any]) -> bool:
    if name in _COMPARE:
        kind = rank(argument)[0]
        return any(rank(v)[0] == kind and _COMPARE[name](rank(v), rank(argument)) for v in _spread(found))
    if name == "$regex":
        flags = re.IGNORECASE if "i" in beside.get("$options", "") else 0
        return any(isinstance(v, str) and re.search(argument, v, flags) for v in _spread(found))
    if name not in _OPERATORS:
        raise LookupError(f"the twin does not know {name}")
    return _OPERATORS[name](found, argument)


def _element(member: object, query: Mapping[str, Any]) -> bool:
    if _is_operators(query):
        return all(_operator([member], name, argument, query) for name, argument in query.items())
    return isinstance(member, Mapping) and matches(member, query)


_TYPE_NAMES = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "double",
    list: "array",
    dict: "object",
    NoneType: "null",
}
# bool stands before int, whose subclass it is in Python
_ORDER: tuple[tuple[Any, int, Callable[[Any], Any]], ...] = (
    (NoneType, 1, lambda _: 0),
    (bool, 8, bool),
    ((int, float), 2, lambda number: number),
    (str, 3, str.encode),
    (Mapping, 4, lambda m: [(rank(k), rank(v)) for k, v in m.items()]),
    (list, 5, lambda items: [rank(item) for item in items]),
    (bytes, 6, lambda raw: (len(raw), raw)),
    (object, 9, lambda value: value),
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
_OPERATORS: dict[str, Callable[[list[object], Any], bool]] = {
    "$eq": _equals,
    "$ne": lambda found, wanted: not _equals(found, wanted),
    "$in": lambda found, several: any(_equals(found, one) for one in several),
    "$nin": lambda found, several: not any(_equals(found, one) for one in several),
    "$all": lambda found, several: all(_equals(found, one) for one in several),
    "$exists": lambda found, wanted: bool(found) == bool(wanted),
    "$not": lambda found, inner: not all(_operator(found, n, a, inner) for n, a in inner.items()),
    "$size": lambda found, size: any(isinstance(v, list) and len(v) == size for v in found),
    "$elemMatch": lambda found, query: any(
        _element(member, query) for v in found if isinstance(v, list) for member in v
    ),
    "$options": lambda _found, _flags: True,  # read together with $regex
    "$type": lambda found, name: any(_TYPE_NAMES.get(type(v)) == name for v in _spread(found)),
}
