"""MongoDB's update operators over plain documents, as far as the services use them.

What is not known here raises, so that a test never passes by accident.
"""

from collections.abc import Callable, Mapping
from typing import Any

from servicekit.documents import Document
from servicekit.testing.matching import matches, rank

_ABSENT = object()


def updated(document: Document, update: Mapping[str, Any], *, inserting: bool = False) -> None:
    """Changes `document` in place."""
    for operator, fields in update.items():
        if operator == "$setOnInsert":
            if inserting:
                _each(document, fields, lambda _old, new: new)
            continue
        change = _CHANGES.get(operator)
        if change is None:
            raise LookupError(f"the twin does not know {operator}")
        _each(document, fields, change)


def _each(document: Document, fields: Mapping[str, Any], change: Callable[[Any, Any], Any]) -> None:
    for path, argument in fields.items():
        *parents, last = path.split(".")
        holder: Any = document
        for parent in parents:
            holder = holder[int(parent)] if isinstance(holder, list) else holder.setdefault(parent, {})
        if isinstance(holder, list):
            holder[int(last)] = change(holder[int(last)], argument)
            continue
        new = change(holder.get(last, _ABSENT), argument)
        if new is _ABSENT:
            holder.pop(last, None)
        else:
            holder[last] = new


def _push(old: Any, argument: Any) -> list[Any]:
    items = [] if old is _ABSENT else list(old)
    if not (isinstance(argument, Mapping) and "$each" in argument):
        return [*items, argument]
    unknown = set(argument) - {"$each", "$slice"}
    if unknown:
        raise LookupError(f"the twin does not know {unknown} of $push")
    items += argument["$each"]
    keep = argument.get("$slice")
    if keep is None:
        return items
    return items[:keep] if keep >= 0 else items[keep:]


def _pull(old: Any, argument: Any) -> Any:
    if old is _ABSENT:
        return _ABSENT
    if isinstance(argument, Mapping):
        operators = all(key.startswith("$") for key in argument)
        query = {"value": argument} if operators else argument
        return [i for i in old if not matches({"value": i} if operators else i, query)]
    return [item for item in old if rank(item) != rank(argument)]


def _add_to_set(old: Any, argument: Any) -> list[Any]:
    items = [] if old is _ABSENT else list(old)
    each = isinstance(argument, Mapping) and "$each" in argument
    for new in argument["$each"] if each else [argument]:
        if all(rank(item) != rank(new) for item in items):
            items.append(new)
    return items


_CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "$set": lambda _old, new: new,
    "$unset": lambda _old, _new: _ABSENT,
    "$inc": lambda old, by: by if old is _ABSENT else old + by,
    "$max": lambda old, new: new if old is _ABSENT or rank(new) > rank(old) else old,
    "$min": lambda old, new: new if old is _ABSENT or rank(new) < rank(old) else old,
    "$push": _push,
    "$pull": _pull,
    "$addToSet": _add_to_set,
}
