"""The API's requests, without sending them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote
from uuid import uuid4

from keepline_client.errors import KeeplineError
from keepline_client.fields import plain
from keepline_client.retrying import gone

DEADLINE_SECONDS: Final = 10.0
ANY: Final = "*"
"""As a version: whichever is current."""
Version = int | Literal["*"]
Fields = str | Sequence[str]
"""Names: "id,name" or ("id", "name")."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


def origin(base_url: str) -> str:
    """Raises ValueError: without a scheme nothing would ever be reached."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"base_url begins with https:// or http://, and {base_url!r} does not")
    return base_url


def one(path: str, object_id: str) -> str:
    return f"{path}/{quote(object_id, safe='')}"


def get(path: str, object_id: str, fields: Fields = "") -> Request:
    return read(one(path, object_id), fields)


def read(path: str, fields: Fields = "") -> Request:
    """Without an id: of what there is one."""
    return Request("GET", path, _named(fields))


def listed(path: str, query: Mapping[str, object], page_token: str = "", fields: Fields = "") -> Request:
    asked = [*query.items(), *([("page_token", page_token)] if page_token else [])]
    texts = [(name, text) for name, value in asked for text in _texts(value)]
    return Request("GET", path, (*texts, *_named(fields)))


def create(path: str, fields: Mapping[str, object], idempotency_key: str | None) -> Request:
    return Request(
        "POST", path, body=plain(fields), headers={"idempotency-key": idempotency_key or str(uuid4())}
    )


def act(path: str, object_id: str, deed: str, body: object = None) -> Request:
    """As "goLive"; sent again it changes nothing."""
    headers = {"idempotency-key": str(uuid4())}
    return Request("POST", f"{one(path, object_id)}:{deed}", body=body, headers=headers)


def apply_fix(path: str, object_id: str, fix_id: str, plan_id: str | None) -> Request:
    body = {"fix": fix_id, **({"plan_id": plan_id} if plan_id else {})}
    return act(path, object_id, "applyFix", body)


def update(path: str, object_id: str, change: Mapping[str, object], version: Version) -> Request:
    """Repeated only where it names a version: otherwise it could undo what came between."""
    headers = {"if-match": _tag(version), "content-type": "application/merge-patch+json"}
    body = plain(change)
    return Request("PATCH", one(path, object_id), (), body, headers, repeatable=version != ANY)


def delete(path: str, object_id: str, version: Version) -> Request:
    return Request("DELETE", one(path, object_id), headers={"if-match": _tag(version)})


def deleted_before(request: Request, failure: KeeplineError) -> bool:
    """Of a try after one whose answer was lost: whether that one did it."""
    return request.method == "DELETE" and gone(failure)


def _named(fields: Fields) -> tuple[tuple[str, str], ...]:
    names = fields if isinstance(fields, str) else ",".join(fields)
    return (("fields", names),) if names else ()


def _texts(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value.isoformat() if isinstance(value, datetime) else str(value)]


def _tag(version: Version) -> str:
    return ANY if version == ANY else f'"{version}"'
