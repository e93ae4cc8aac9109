"""What pydantic found, as violations in our own words: a pointer, a stable code and a hint that repairs.

Pydantic's sentences are not our API. A rule that raises `PydanticCustomError("cidr_invalid", ...)` has its
code and its sentence kept, and `hint` of its context.
"""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from servicekit.errors import Violation

_KNOWN = frozenset(get_args(ErrorType))
# by what pydantic's kind begins with: what is wrong, and what to send
_TYPES = (
    ("string_", "not a text", "send a string"),
    ("int_", "not a whole number", "send a whole number, without quotes"),
    ("float_", "not a number", "send a number, without quotes"),
    ("bool_", "neither true nor false", "send true or false, without quotes"),
    ("list_", "not a list", "send an array, also for one"),
    ("tuple_", "not a list", "send an array"),
    ("dict_", "not an object", "send an object"),
    ("model_", "not an object", "send an object"),
    ("datetime_", "not a time", "write it as RFC 3339, such as 2026-11-23T09:00:00Z"),
    ("timezone_", "a time without a zone", "end it with Z or an offset, as RFC 3339 says"),
    ("date_", "not a date", "write it as 2026-11-23"),
    ("time_", "not a time of day", "write it as 09:00"),
)
# by pydantic's kind: which value of its context says the bound, and the words
_BOUNDS = {
    "literal_error": ("expected", "it is none of the choices", "choose {}"),
    "enum": ("expected", "it is none of the choices", "choose {}"),
    "string_too_short": ("min_length", "it is shorter than {}", "send at least {}"),
    "too_short": ("min_length", "it has less than {}", "send at least {}"),
    "string_too_long": ("max_length", "it is longer than {}", "send at most {}"),
    "too_long": ("max_length", "it has more than {}", "send at most {}"),
    "greater_than_equal": ("ge", "it is below {}", "send {} or more"),
    "less_than_equal": ("le", "it is above {}", "send {} or less"),
    "greater_than": ("gt", "it is not above {}", "send more than {}"),
    "less_than": ("lt", "it is not below {}", "send less than {}"),
    "string_pattern_mismatch": ("pattern", "it does not have the documented form", "it must match {}"),
}


_LIKELY = 80
"""Characters of a name that may mean another one."""


def pointer_of(parts: Iterable[object]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def violation(finding: Mapping[str, Any], place: Iterable[object], known: Collection[str] = ()) -> Violation:
    """finding: one of ValidationError.errors(); known: names that a misspelled one may have meant."""
    parts = list(place)
    code, detail, hint = _told(finding, parts, known)
    return Violation(pointer_of(parts), code, detail, hint)


def unknown_field(name: str, known: Collection[str], pointer: str) -> Violation:
    return Violation(pointer, "field_unknown", f"there is no field {name[:80]!r}", meant(name, known))


def meant(name: str, known: Collection[str]) -> str:
    """A hint."""
    close = get_close_matches(name[:_LIKELY], known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(sorted(known))}" if known else "leave it out"


def _told(finding: Mapping[str, Any], place: list[object], known: Collection[str]) -> tuple[str, str, str]:
    kind, context = str(finding["type"]), finding.get("ctx") or {}
    if kind == "missing":
        return "field_missing", "it is missing", "add it"
    if kind == "extra_forbidden":
        name = str(place[-1]) if place else ""
        return "field_unknown", f"there is no field {name[:80]!r}", meant(name, known)
    if kind not in _KNOWN:
        return kind, str(finding["msg"]).removeprefix("Value error, "), str(context.get("hint", ""))
    bound = _bound(kind, context)
    if bound:
        return "field_invalid", *bound
    for beginning, detail, hint in _TYPES:
        if kind.startswith(beginning):
            return "field_type", f"it is {detail}", hint
    return "field_invalid", "it is not of the form that is documented", "see /docs"


def _bound(kind: str, context: Mapping[str, Any]) -> tuple[str, str] | None:
    if kind not in _BOUNDS:
        return None
    name, detail, hint = _BOUNDS[kind]
    value = str(context[name]).replace("'", "")
    return detail.format(value), hint.format(value)
