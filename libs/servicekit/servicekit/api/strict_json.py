"""JSON as a request's body: UTF-8, no key twice, no NaN, nothing that could not be sent back.

A number like 5060.0 is the whole number that it writes (JSON Schema 2020-12, validation 6.1.1).
"""

import json
from typing import Any, NoReturn

from servicekit.errors import Problem

MOST_MEMBERS = 2_100
"""Of all objects of a body: a list of 1,000 of two each has room. Each that is not known is told with a hint,
which costs some 50 us."""
_EXACT = 1 << 53  # beyond it not every whole number is a double (RFC 8259, 6)


class MalformedJson(Problem):
    title = "The body is not JSON"
    http_status = 400
    grpc_status = "INVALID_ARGUMENT"


def read_json(raw: bytes) -> Any:
    """Raises MalformedJson."""
    if not raw.strip():
        raise MalformedJson("json_malformed", "the body is empty", hint="send a JSON object")
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_Objects(), parse_constant=_no_number, parse_float=_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        hint = f"look at character {error.pos}"
        raise MalformedJson("json_malformed", f"the body is not JSON: {error.msg}", hint=hint) from error
    except UnicodeError as error:  # also half of a surrogate pair
        raise _unreadable("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:  # a whole number of thousands of digits; nested too deep
        raise _unreadable("a number is too long, or arrays are nested too deep") from error
    return value


class _Objects:
    """Makes those of one body."""

    def __init__(self) -> None:
        self._members = 0

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._members += len(pairs)
        if self._members > MOST_MEMBERS:
            raise MalformedJson(
                "json_malformed",
                f"the objects of the body have more than {MOST_MEMBERS} members",
                hint="send those that are documented",
            )
        read: dict[str, Any] = {}
        for name, value in pairs:
            if name in read:
                raise _twice(name)
            read[name] = value
        return read


def _twice(name: str) -> MalformedJson:
    return MalformedJson(
        "json_key_repeated",
        f"the key {name[:80]!r} stands twice in one object",
        hint="which of the two is meant cannot be known; send it once",
    )


def _number(text: str) -> float | int:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _no_number(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _no_number(text: str) -> NoReturn:
    raise MalformedJson("json_malformed", f"{text[:40]} is no number in JSON", hint="send a finite number")


def _unreadable(why: str) -> MalformedJson:
    return MalformedJson("json_malformed", f"the body cannot be read: {why}", hint="send UTF-8 JSON")
