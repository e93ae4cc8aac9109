"""What FastAPI's own reading of a request found, as violations in our own words (servicekit.api.findings)."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError

from servicekit.api.findings import violation
from servicekit.api.strict_json import MalformedJson
from servicekit.errors import Invalid, Problem

_FROM = ("body", "query", "path", "header", "cookie")
_SHOWN = 100


def from_validation(error: RequestValidationError) -> Problem:
    findings: Sequence[Mapping[str, Any]] = error.errors()
    for finding in findings:
        if finding["type"] == "json_invalid":
            where = finding["loc"][-1]
            reason = finding.get("ctx", {}).get("error", "it cannot be read")
            return MalformedJson(
                "json_malformed", f"the body is not JSON: {reason}", hint=f"look at character {where}"
            )
    violations = [violation(finding, _place(finding)) for finding in findings[:_SHOWN]]
    fields = "field is" if len(findings) == 1 else "fields are"
    return Invalid(
        "request_invalid", f"{len(findings)} {fields} wrong", hint=violations[0].hint, violations=violations
    )


def _place(finding: Mapping[str, Any]) -> list[object]:
    place = list(finding["loc"])
    return place[1:] if place and place[0] in _FROM else place
