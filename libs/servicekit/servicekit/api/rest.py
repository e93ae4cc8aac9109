"""The rule over HTTP: a request's parts as the kit reads them, and its answers."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import preconditions
from servicekit.api.idempotency import Answer, IdempotencyKeys, Make, check_key
from servicekit.api.idempotency import Request as Repeatable
from servicekit.api.lists import (
    ListAsked,
    ListRule,
    Parameters,
    one_truth,
    refused,
    selected,
    unknown_parameters,
)
from servicekit.api.preconditions import Expected
from servicekit.api.strict_json import read_json
from servicekit.errors import Violation

VALIDATE_ONLY = "validate_only"
_JSON = "application/json"


def parameters(request: Request) -> Parameters:
    sent: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        sent.setdefault(name, []).append(value)
    return sent


def unknown(request: Request, known: Collection[str] = ()) -> tuple[Violation, ...]:
    """Of the query: to be told together with what is wrong with the body."""
    return tuple(unknown_parameters(parameters(request), known))


def validate_only(request: Request) -> tuple[bool, tuple[Violation, ...]]:
    """Whether nothing is to be written, and what is wrong with the query: to be told together with what is
    wrong with the body. Raises Invalid for an idempotency key that is none, which is not kept here."""
    faults = list(unknown(request, [VALIDATE_ONLY]))
    only = one_truth(VALIDATE_ONLY, parameters(request).get(VALIDATE_ONLY, ()), faults)
    if only and (key := _key(request)):
        check_key(key)
    return only, tuple(faults)


def no_parameters(request: Request) -> None:
    """Raises Invalid."""
    faults = unknown(request)
    if faults:
        raise refused(faults)


def list_asked(request: Request, rule: ListRule) -> ListAsked:
    """Raises Invalid."""
    return rule.read(parameters(request))


def fields_asked(request: Request, known: Collection[str]) -> tuple[str, ...] | None:
    """Of the one parameter that reading one object has. Raises Invalid."""
    faults = list(unknown(request, ["fields"]))
    chosen = selected(request.query_params.get("fields"), known, faults)
    if faults:
        raise refused(faults)
    return chosen


def if_match(request: Request) -> Expected:
    """Raises PreconditionRequired, Invalid."""
    sent = request.headers.getlist("if-match")
    return preconditions.if_match(", ".join(sent) if sent else None)


async def document(request: Request) -> Any:
    """The body as JSON. Raises MalformedJson."""
    return read_json(await request.body())


def one(
    request: Request,
    body: Mapping[str, Any],
    version: int | str,
    computed: Collection[str] = (),
    fields: Sequence[str] | None = None,
) -> Response:
    """An object. version: a text where no change names it. computed: names of its parts that change
    without its version."""
    shown = _only(body, fields)
    moving = {name: shown[name] for name in computed if name in shown}
    tag = preconditions.etag(version, _encoded(moving) if computed else b"")
    if preconditions.not_modified(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(_encoded(shown), media_type=_JSON, headers={"ETag": tag})


def shown(body: Mapping[str, Any], fields: Sequence[str] | None = None) -> Response:
    """What has no version of its own."""
    return Response(_encoded(_only(body, fields)), media_type=_JSON)


def page(
    name: str, items: Iterable[Mapping[str, Any]], next_page_token: str, fields: Sequence[str] | None
) -> Response:
    """name: of the list in the answer."""
    shown = [_only(item, fields) for item in items]
    more = {"next_page_token": next_page_token} if next_page_token else {}
    return Response(_encoded({name: shown, **more}), media_type=_JSON)


def changed(body: Mapping[str, Any], version: int) -> Response:
    headers = {"ETag": preconditions.etag(version)}
    return Response(_encoded(body), media_type=_JSON, headers=headers)


def created(path: str, body: Mapping[str, Any], version: int) -> Answer:
    """path: where the new object is."""
    headers = {"location": path, "etag": preconditions.etag(version)}
    return Answer(201, _encoded(body), headers)


def as_it_would_be(body: Mapping[str, Any], without: Collection[str] = ()) -> Response:
    """What was not written. without: what it has only when it is."""
    return shown({name: value for name, value in body.items() if name not in without})


def acted(body: Mapping[str, Any], version: int) -> Answer:
    """What became of an object by a POST that made none."""
    return Answer(200, _encoded(body), {"etag": preconditions.etag(version)})


def acted_on_many(body: Mapping[str, Any]) -> Answer:
    """What became of each by a POST that is about many."""
    return Answer(200, _encoded(body))


async def once(
    keys: IdempotencyKeys, request: Request, sent: object, make: Make, *, tenant_id: str, prefix: str
) -> Response:
    """Answers a POST. sent: its body as JSON; prefix: of the new id. Raises what `make` raises, and what
    IdempotencyKeys.once does."""
    key = _key(request)
    same = [request.method, request.url.path, sent]
    what = json.dumps(same, sort_keys=True).encode()
    answer = await keys.once(Repeatable(tenant_id, key, what), prefix, make)
    headers = {**answer.headers, **({"idempotency-replayed": "true"} if answer.replayed else {})}
    return Response(answer.body, answer.status, headers, _JSON)


def _key(request: Request) -> str:
    """Two of them are none."""
    return ", ".join(request.headers.getlist("idempotency-key"))


def _only(body: Mapping[str, Any], fields: Sequence[str] | None) -> Mapping[str, Any]:
    """Those of the fields that there are; None: all."""
    return body if fields is None else {name: body[name] for name in fields if name in body}


def _encoded(body: object) -> bytes:
    return msgspec.json.encode(body)
