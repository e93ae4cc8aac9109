"""The rule in OpenAPI: what `openapi_extra` of a route says, from the same values that read the requests."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from servicekit.api.lists import MAX_TEXT, MAX_VALUES, Kind, ListRule, Written
from servicekit.api.resource import Resource
from servicekit.api.streaming import Ended, Heartbeat, StreamRule
from servicekit.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from servicekit.streams.cursor import MAX_TEXT as MAX_ID

Extra = dict[str, Any]

_REF = "#/components/schemas/{model}"
_TAG = {"type": "string", "pattern": r'^"[!#-~]*"$'}
_ETAG = {"ETag": {"description": "send it back as If-Match", "schema": _TAG}}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "the ETag that was read, or * for whichever version",
    "schema": {"type": "string", "pattern": r'^(\*|"[!#-~]*"(, ?"[!#-~]*")*)$', "example": "*"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "answers 304 while the ETag is still this one; what is no ETag is never it",
    "schema": {"type": "string", "examples": ['"3"']},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "a random text: for 24 hours the same request gets the same answer, and makes nothing new",
    "schema": {"type": "string", "pattern": "^[!-~]{0,255}$"},
}
_VALIDATE_ONLY = {
    "name": "validate_only",
    "in": "query",
    "required": False,
    "description": "true: everything is checked and nothing is written; 200 with the object as it would be",
    "schema": {"type": "boolean", "default": False},
}
_WOULD_BE = "With validate_only: as it would be, without what it has only when it is written, such as its id"
_ID = {"type": "string", "maxLength": MAX_ID}
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "the id that was read last, at whichever replica; the stream goes on behind it",
    "schema": _ID,
}
_AS_PARAMETER = {
    "name": "last_event_id",
    "in": "query",
    "description": "the same, where no header can be sent; the header counts where both are",
    "schema": _ID,
}
_REPLAYED = {"Idempotency-Replayed": {"description": "true: given before", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"schema": {"type": "string", "format": "uri-reference"}}}
_NOT_MODIFIED = {"description": "It is as If-None-Match says", "headers": _ETAG}


def creates(resource: Resource, read: type[BaseModel] | None = None) -> Extra:
    """read: the resource as it is read, where it can be validated only; one of its lists has it in parts."""
    made = {"201": {"headers": _LOCATION | _ETAG | _REPLAYED}}
    said = {
        "parameters": [_IDEMPOTENCY_KEY],
        "requestBody": _body({"application/json": _named(resource.shape)}),
        "responses": made,
    }
    if read is None:
        return said
    part = {"schema": {"$ref": _REF.format(model=f"{read.__name__}Part")}}
    would = {"description": _WOULD_BE, "content": {"application/json": part}}
    return {**said, "parameters": [_IDEMPOTENCY_KEY, _VALIDATE_ONLY], "responses": {**made, "200": would}}


def asks(question: Resource) -> Extra:
    """Of a POST that makes nothing."""
    return {"parameters": [], "requestBody": _body({"application/json": _named(question.shape)})}


def reads(fields: Collection[str]) -> Extra:
    return {
        "parameters": [_IF_NONE_MATCH, _fields(fields)],
        "responses": {"200": {"headers": _ETAG}, "304": _NOT_MODIFIED},
    }


def or_text(said: Extra) -> Extra:
    """Of a read that is given as lines of text, too."""
    answers = said["responses"]
    lines = {"text/plain": {"schema": {"type": "string"}}}
    return {**said, "responses": {**answers, "200": {**answers["200"], "content": lines}}}


def asks_of_any(kinds: Mapping[str, Kind], most: int) -> Extra:
    """Of a read that takes many values of one of these."""
    return {
        "parameters": [
            _query(name, {"type": "array", "items": _item(kind), "minItems": 1, "maxItems": most}, "of each")
            for name, kind in kinds.items()
        ]
    }


def shows(fields: Collection[str]) -> Extra:
    """Of what has no version of its own."""
    return {"parameters": [_fields(fields)]}


def takes(resource: Resource) -> Extra:
    """Of a POST that makes nothing that is kept under an id."""
    return {"parameters": [], "requestBody": _body({"application/json": _named(resource.shape)})}


def acts(resource: Resource, *, of_many: bool = False) -> Extra:
    """Of a POST that changes an object, once however often it is sent. of_many: no version is told."""
    return {
        "parameters": [_IDEMPOTENCY_KEY],
        "requestBody": _body({"application/json": _named(resource.shape)}),
        "responses": {"200": {"headers": _REPLAYED if of_many else _ETAG | _REPLAYED}},
    }


def does() -> Extra:
    """As above, of one that has no body."""
    return {"parameters": [_IDEMPOTENCY_KEY], "responses": {"200": {"headers": _ETAG | _REPLAYED}}}


def between(what: str, otherwise: str) -> Extra:
    """what: is counted between two times; otherwise: which ones are meant where `from` is left out."""
    time = {"type": "string", "format": "date-time"}
    begin = _query("from", time, f"{what} then or later; left out: {otherwise}")
    return {"parameters": [begin, _query("to", time, f"{what} before it; left out: now")]}


def lists(rule: ListRule) -> Extra:
    return {"parameters": list(_parameters(rule))}


def changes(resource: Resource, read: type[BaseModel], *, trial: bool = False) -> Extra:
    """read: the resource as it is read, whose read-only fields may be sent back. trial: it can be validated
    only."""
    schema = _patch_schema(resource, read)
    return {
        "parameters": [_IF_MATCH, _VALIDATE_ONLY] if trial else [_IF_MATCH],
        "requestBody": _body(dict.fromkeys(("application/merge-patch+json", "application/json"), schema)),
        "responses": {"200": {"headers": _ETAG}},
    }


def deletes() -> Extra:
    return {"parameters": [_IF_MATCH]}


def streams(rule: StreamRule) -> Extra:
    """Of a path that is an event stream."""
    models: dict[str, type[BaseModel]] = {"snapshot": rule.snapshot, **rule.events}
    models |= {"heartbeat": Heartbeat, "ended": Ended}
    said = "Server-sent events (WHATWG HTML, 9.2), each one of these; `data` is the JSON text of it"
    stream = {"schema": {"description": said, "oneOf": [_event(*one) for one in models.items()]}}
    filters = [
        _query(name, {"type": "array", "items": _item(kind), "maxItems": MAX_VALUES}, "any of these")
        for name, kind in rule.filters.items()
    ]
    answer = {"description": "The stream", "content": {"text/event-stream": stream}}
    return {"parameters": [_LAST_EVENT_ID, _AS_PARAMETER, *filters], "responses": {"200": answer}}


def _event(name: str, model: type[BaseModel]) -> Extra:
    fields = {"event": {"const": name}, "id": _ID, "data": _named(model)}
    return {"type": "object", "required": ["event", "data"], "properties": fields}


def gather(description: dict[str, Any]) -> None:
    """Moves the definitions that stand beside their use to the components, where the references point."""
    found: dict[str, Any] = {}
    _take(description.get("paths", {}), found)
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in found.items():
        schemas.setdefault(name, schema)


def _take(part: Any, found: dict[str, Any]) -> None:
    if isinstance(part, dict):
        found |= part.pop("$defs", {})
        for inner in part.values():
            _take(inner, found)
    elif isinstance(part, list):
        for inner in part:
            _take(inner, found)


def _body(schemas: Mapping[str, Any]) -> Extra:
    return {"required": True, "content": {kind: {"schema": schema} for kind, schema in schemas.items()}}


def _named(model: type[BaseModel]) -> Extra:
    schema = model.model_json_schema(ref_template=_REF)
    definitions = schema.pop("$defs", {})
    name = model.__name__
    return {"$ref": _REF.format(model=name), "$defs": {**definitions, name: schema}}


def _patch_schema(resource: Resource, read: type[BaseModel]) -> Extra:
    whole = resource.shape.model_json_schema(ref_template=_REF)
    shown = read.model_json_schema(ref_template=_REF, mode="serialization")
    required = set(whole.get("required", ()))
    properties: dict[str, Any] = {}
    for name, schema in whole["properties"].items():
        if name not in resource.only_in_post:
            properties[name] = schema if name in required else _or_null(schema)
    for name in sorted(resource.read_only | resource.computed):
        if name in shown["properties"]:
            properties[name] = {**shown["properties"][name], "readOnly": True}
    name = resource.shape.__name__.removesuffix("ToCreate").removesuffix("ToOrder") + "Patch"
    patch = {
        "type": "object",
        "title": name,
        "description": "A merge patch (RFC 7396): what is left out stays, null resets to the default.",
        "properties": properties,
        "additionalProperties": False,
    }
    definitions = {**shown.get("$defs", {}), **whole.get("$defs", {}), name: patch}
    return {"$ref": _REF.format(model=name), "$defs": definitions}


def _or_null(schema: Mapping[str, Any]) -> Extra:
    told = {key: schema[key] for key in ("title", "description", "default") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in told}
    return {**told, "anyOf": [rest, {"type": "null"}]}


def _parameters(rule: ListRule) -> Iterable[Extra]:
    size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}
    yield _query("page_size", size, "how many at most")
    yield _query("page_token", {"type": "string"}, "next_page_token of the page before")
    order = rf" *({'|'.join({rule.key: str, **rule.order})})( +(asc|desc))? *"
    yield _query(
        "order_by",
        {"type": "string", "pattern": rf"^({order}(,{order})*| *)$", "default": _written(rule.first)},
        "fields, each with asc or desc",
    )
    yield _fields(rule.fields)
    if rule.q:
        yield _query("q", {"type": "string", "maxLength": MAX_TEXT}, rule.q)
    for name, kind in rule.filters.items():
        values = {"type": "array", "items": _item(kind), "maxItems": MAX_VALUES}
        yield _query(name, values, "any of these")
    for name in rule.times:
        for side in ("after", "before"):
            yield _query(f"{name}_{side}", {"type": "string", "format": "date-time"}, f"{name} is {side} it")


def _fields(known: Collection[str]) -> Extra:
    names = "|".join(known)
    one = rf" *({names}) *"
    schema = {"type": "string", "pattern": rf"^({one}(,{one})*)?$"}
    return _query("fields", schema, "only these fields, such as " + ",".join(list(known)[:2]))


def _item(kind: Kind) -> Extra:
    if kind is bool:
        return {"type": "boolean"}
    if kind is int:
        return {"type": "integer", "minimum": 0}
    if kind is str:
        return {"type": "string", "minLength": 1}
    if isinstance(kind, Written):
        return dict(kind.schema)
    assert not isinstance(kind, type)
    return {"type": "string", "enum": list(kind)}


def _written(order: Iterable[tuple[str, int]]) -> str:
    return ",".join(f"{name} desc" if direction < 0 else name for name, direction in order)


def _query(name: str, schema: Extra, description: str) -> Extra:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
