"""How refusals are described: each status of an operation, with the codes that it may have.

What every operation of its kind can be refused with follows from what it takes; the rest a route names:
`responses=refuses("domain_taken", "quota_trunks")`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from servicekit.http.code_pages import catalogue

MEDIA_TYPE = "application/problem+json"
EVERYWHERE = "every service"
_CODES = "x-codes"
_TITLES = {
    400: "The request cannot be read",
    401: "Who is asking is not known",
    403: "Whoever is asking may not do this",
    404: "There is no such thing",
    408: "The body did not come in time",
    409: "It clashes with what is there",
    412: "It has another version than the request is meant for",
    413: "The request is too large",
    415: "The body is of a type that is not read here",
    422: "The request is not valid",
    428: "The request must say which version it is meant for",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available right now",
}
# whoever asks is told; what is read is told besides
_OF_ALL = frozenset({"401", "403", "429", "500", "503"})
_OF_BODIES = frozenset({"400", "408", "413", "415"})
# codes that begin so are about a header
_OF_HEADERS = {"idempotency_": "Idempotency-Key", "if_match_": "If-Match"}
_OF_CHANGES = frozenset({"412", "428"})
# between us and the broker; no request is told
_UNTOLD = frozenset(
    {"broker_unavailable", "lease_lost", "records_refused", "document_refused", "duplicate_key"}
)

Described = dict[str, Any]


def refuses(*codes: str) -> dict[int | str, Described]:
    """For `responses` of a route: codes that it can refuse with beside those of its kind. One that no source
    raises is found by `make codes`."""
    by_status: dict[int | str, Described] = {}
    for code in codes:
        for status in catalogue()[code].statuses if code in catalogue() else ():
            by_status.setdefault(int(status), {"description": "", _CODES: []})[_CODES].append(code)
    return by_status


def describe(path: str, operation: Described, *, secured: bool) -> None:
    """Puts every status that refuses, with its codes, into the operation."""
    codes: dict[str, set[str]] = defaultdict(set)
    for status, answer in operation["responses"].items():
        codes[status] |= set(answer.pop(_CODES, ()))
    for code in _of_its_kind(path, operation, secured=secured):
        for status in catalogue()[code].statuses:
            codes[status].add(code)
    operation["responses"].pop("default", None)
    for status, told in codes.items():
        if told:
            operation["responses"][status] = _answer(int(status), sorted(told))
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _of_its_kind(path: str, operation: Described, *, secured: bool) -> Iterable[str]:
    parameters = [parameter["name"] for parameter in operation.get("parameters", ())]
    statuses = {"500"} if not secured else set(_OF_ALL)
    if "requestBody" in operation:
        statuses |= _OF_BODIES
    if "If-Match" in parameters:
        statuses |= _OF_CHANGES
    common = {code: found for code, found in catalogue().items() if EVERYWHERE in found.by}
    for code, found in common.items():
        if header := next((name for begins, name in _OF_HEADERS.items() if code.startswith(begins)), ""):
            applies = header in parameters
        else:
            applies = bool(statuses & set(found.statuses)) and code not in _UNTOLD
        if applies:
            yield code
    yield "request_invalid"
    if "requestBody" in operation and (code := f"{_noun(operation)}_invalid") in catalogue():
        yield code
    for name in parameters:
        if f"{{{name}}}" in path and (code := f"{name.removesuffix('_id')}_not_found") in catalogue():
            yield code


def _noun(operation: Described) -> str:
    """updateTrunk is about a trunk, createApiKey about an api_key."""
    return "_".join(re.findall("[A-Z][a-z]*", operation["operationId"])).lower()


def _answer(status: int, codes: list[str]) -> Described:
    narrowed = {"type": "object", "properties": {"status": {"const": status}, "code": {"enum": codes}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}
    return {
        "description": f"{_TITLES.get(status, 'Refused')}: {', '.join(codes)}",
        "headers": _headers(status),
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _headers(status: int) -> Mapping[str, Any]:
    seconds = {
        "schema": {"type": "integer", "minimum": 0},
        "description": "seconds until it is worth asking again",
    }
    scheme = {"schema": {"type": "string", "const": "Bearer"}}
    found: Mapping[int, Mapping[str, Any]] = {
        401: {"WWW-Authenticate": scheme},
        503: {"Retry-After": seconds},
    }
    return found.get(status, {})
