"""Turns what pydantic found into violations with a JSON pointer, a stable code and a hint.

Pydantic's own words for kinds of errors are not our API: they are mapped here. A service that raises
`PydanticCustomError("cidr_invalid", ...)` has its code kept, and `hint` of its context.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fastapi.exceptions import RequestValidationError
from pydantic_core.core_schema import ErrorType

from servicekit.errors import Invalid, Problem, Violation

_KNOWN = frozenset(get_args(ErrorType))
_FROM = ("body", "query", "path", "header", "cookie")
_SHOWN = 10


class MalformedJson(Problem):
    title = "The body is not JSON"
    http_status = 400
    grpc_status = "INVALID_ARGUMENT"


def from_validation(error: RequestValidationError) -> Problem:
    findings: Sequence[Mapping[str, Any]] = error.errors()
    for finding in findings:
        if finding["type"] == "json_invalid":
            where = finding["loc"][-1]
            reason = finding.get("ctx", {}).get("error", "it cannot be read")
            return MalformedJson(
                "json_malformed", f"the body is not JSON: {reason}", hint=f"look at character {where}"
            )
    violations = [violation(finding) for finding in findings[:_SHOWN]]
    fields = "field is" if len(findings) == 1 else "fields are"
    return Invalid(
        "request_invalid", f"{len(findings)} {fields} wrong", hint=violations[0].hint, violations=violations
    )


def violation(finding: Mapping[str, Any]) -> Violation:
    kind, message = finding["type"], finding["msg"]
    place = list(finding["loc"])
    if place and place[0] in _FROM:
        place = place[1:]
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
    code, hint = _told(kind, message)
    hint = finding.get("ctx", {}).get("hint", hint)
    return Violation(pointer, code, message.removeprefix("Value error, "), str(hint))


def _told(kind: str, message: str) -> tuple[str, str]:
    if kind == "missing":
        return "field_missing", "add it"
    if kind == "extra_forbidden":
        return "field_unknown", "remove it, or see /docs for how it is spelled"
    if kind.endswith(("_type", "_parsing")):
        return "field_type", message.removeprefix("Input ").lower()
    if kind in _KNOWN:
        return "field_invalid", ""
    return kind, ""
