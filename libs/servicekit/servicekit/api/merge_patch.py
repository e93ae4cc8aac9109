"""JSON merge patch (RFC 7396)."""

from collections.abc import Iterator, Mapping
from typing import Any


def merged(target: Any, patch: Any) -> Any:
    """The algorithm of section 2: null takes a member away, an object goes into an object, all else stands in
    the place of what was. Neither argument is changed."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def nulled(patch: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the patch says null, outside of arrays."""
    if isinstance(patch, Mapping):
        for name, value in patch.items():
            if value is None:
                yield (*place, name)
            else:
                yield from nulled(value, (*place, name))
