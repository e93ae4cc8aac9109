"""The API's requests, without sending them, and what its answers mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from keepline_client.errors import FieldError, KeeplineError, kind_of
from keepline_client.fields import plain
from keepline_client.rest.kinds import Page, Query, ReadKind, T

M = TypeVar("M", bound=BaseModel)

ANY: Final = "*"
"""As a version: whichever is current."""
Version = int | Literal["*"]
_GONE = 404


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def one(path: str, object_id: str) -> str:
    return f"{path}/{quote(object_id, safe='')}"


def get(kind: ReadKind[T, Query], object_id: str) -> Request:
    return Request("GET", one(kind.path, object_id))


def listed(kind: ReadKind[T, Query], query: Mapping[str, object], page_token: str = "") -> Request:
    asked = [*query.items(), *([("page_token", page_token)] if page_token else [])]
    return Request("GET", kind.path, tuple((name, text) for name, value in asked for text in _texts(value)))


def create(path: str, fields: Mapping[str, object], idempotency_key: str | None) -> Request:
    return Request(
        "POST", path, body=plain(fields), headers={"idempotency-key": idempotency_key or str(uuid4())}
    )


def update(path: str, object_id: str, change: Mapping[str, object], version: Version) -> Request:
    """Repeated only where it names a version: otherwise it could undo what came between."""
    headers = {"if-match": _tag(version), "content-type": "application/merge-patch+json"}
    body = plain(change)
    return Request("PATCH", one(path, object_id), (), body, headers, repeatable=version != ANY)


def delete(path: str, object_id: str, version: Version) -> Request:
    return Request("DELETE", one(path, object_id), headers={"if-match": _tag(version)})


def deleted_before(request: Request, failure: KeeplineError) -> bool:
    """Of a try after one whose answer was lost: whether that one did it."""
    return request.method == "DELETE" and failure.status == _GONE


def object_of(model: type[M], answer: Answer) -> M:
    """Raises KeeplineError for an answer that is none of Keepline's, such as a proxy's page."""
    try:
        return model.model_validate_json(answer.body)
    except ValueError as error:
        raise _not_understood(answer, error) from error


def page_of(kind: ReadKind[T, Query], answer: Answer) -> Page[T]:
    """Raises as above."""
    try:
        document = answer.document
        items = [kind.model.model_validate(item) for item in document[kind.plural]]
        return Page(items, document.get("next_page_token") or "")
    except (ValueError, TypeError, LookupError) as error:
        raise _not_understood(answer, error) from error


def _not_understood(answer: Answer, why: Exception) -> KeeplineError:
    request_id = answer.headers.get("x-request-id", "")
    detail = f"the answer is not what this version of the client reads: {why}"
    return KeeplineError("answer_not_understood", detail, status=answer.status, request_id=request_id)


def failure_of(answer: Answer) -> KeeplineError | None:
    """None of an answer that is no refusal."""
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004  the statuses of success
        return None
    document = _problem(answer)
    return kind_of(status)(
        str(document.get("code") or f"http_{status}"),
        str(document.get("detail") or f"the answer was {status}, and not Keepline's"),
        status=status,
        hint=str(document.get("hint") or ""),
        errors=[
            FieldError(*(str(e.get(name, "")) for name in ("pointer", "code", "detail", "hint")))
            for e in _list(document.get("errors"))
            if isinstance(e, dict)
        ],
        request_id=str(document.get("request_id") or answer.headers.get("x-request-id", "")),
        trace_id=str(document.get("trace_id") or ""),
        retry_after_seconds=_retry_after(answer.headers.get("retry-after", "")),
    )


def _problem(answer: Answer) -> dict[str, Any]:
    """{} of an answer that is not Keepline's, such as a proxy's page."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return {}
    try:
        document = answer.document
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _retry_after(value: str) -> float | None:
    """RFC 9110, 10.2.3: seconds or a date."""
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _texts(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value.isoformat() if isinstance(value, datetime) else str(value)]


def _tag(version: Version) -> str:
    return ANY if version == ANY else f'"{version}"'
