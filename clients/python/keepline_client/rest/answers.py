"""What the API's answers mean, and those of whoever stands between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from keepline_client.errors import FieldError, KeeplineError, kind_of
from keepline_client.rest.kinds import Page, Parts

M = TypeVar("M", bound=BaseModel)

_NO_CONTENT: Final = 204
# what a message of pydantic would say of an answer may be a secret or a telephone number
_QUIET = ConfigDict(hide_input_in_errors=True, strict=True)
_PARTS: TypeAdapter[Parts] = TypeAdapter(Parts, config=_QUIET)
_LIST: TypeAdapter[list[Parts]] = TypeAdapter(list[Parts], config=_QUIET)
_TOKEN: TypeAdapter[str] = TypeAdapter(str, config=_QUIET)


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def object_of(model: type[M], answer: Answer) -> M:
    """Raises KeeplineError for an answer that is none of Keepline's, such as a proxy's page."""
    try:
        return model.model_validate_json(answer.body)
    except ValueError as error:
        raise _not_understood(answer, error) from error


def parts_of(answer: Answer) -> Parts:
    """As it is in JSON. Raises as above."""
    try:
        return _PARTS.validate_json(answer.body)
    except ValueError as error:
        raise _not_understood(answer, error) from error


def page_of(plural: str, item: type[M], answer: Answer, page_token: str) -> Page[M]:
    """page_token: that it was asked with. Raises as above."""
    found, following = _page(plural, answer, page_token)
    try:
        return Page([item.model_validate(each) for each in found], following)
    except ValueError as error:
        raise _not_understood(answer, error) from error


def page_of_parts(plural: str, answer: Answer, page_token: str) -> Page[Parts]:
    """As above."""
    return Page(*_page(plural, answer, page_token))


def _page(plural: str, answer: Answer, page_token: str) -> tuple[list[Parts], str]:
    try:
        document = _PARTS.validate_json(answer.body)
        found = _LIST.validate_python(document[plural])
        following = _TOKEN.validate_python(document.get("next_page_token", ""))
        if following and following == page_token:
            raise ValueError("the next page is the same page")
    except (ValueError, LookupError) as error:
        raise _not_understood(answer, error) from error
    return found, following


def deleted(answer: Answer) -> None:
    """Raises as above."""
    if answer.status != _NO_CONTENT:
        raise _not_understood(answer, ValueError(f"status {answer.status} of a delete"))


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
        retry_after_seconds=_retry_after(answer.headers),
    )


def _problem(answer: Answer) -> Parts:
    """{} of an answer that is not Keepline's, such as a proxy's page."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return {}
    try:
        return _PARTS.validate_json(answer.body)
    except ValueError:
        return {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date, which is compared with the answer's own: clocks differ."""
    value = headers.get("retry-after", "")
    if value.isascii() and value.isdecimal():
        return float(value)
    until = _date(value)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
