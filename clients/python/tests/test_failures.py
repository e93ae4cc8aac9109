"""Whatever comes back from whoever stands between, it is an error of the one family."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keepline_client import KeeplineError
from keepline_client.errors import kind_of
from keepline_client.grpc.failures import failure_of as of_grpc
from keepline_client.resources import ApiKey, Decision
from keepline_client.rest.answers import (
    Answer,
    deleted,
    failure_of,
    object_of,
    page_of,
    page_of_parts,
    parts_of,
)
from keepline_client.retrying import gone

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("errors") | st.just("code"), inner),
    max_leaves=10,
)
TYPES = st.sampled_from(["application/problem+json", "text/html", ""])
BODIES = st.binary() | JSON.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(st.integers(300, 599), TYPES, st.text(), BODIES)
def test_any_refusal_is_an_error_with_a_code(status: int, kind: str, later: str, body: bytes) -> None:
    failure = failure_of(Answer(status, {"content-type": kind, "retry-after": later}, body))
    assert isinstance(failure, KeeplineError) and failure.code and str(failure)
    assert failure.status == status


READS: list[Callable[[Answer], object]] = [
    lambda answer: object_of(Decision, answer),
    parts_of,
    lambda answer: page_of("trunks", Decision, answer, ""),
    lambda answer: page_of_parts("trunks", answer, ""),
    deleted,
]


@settings(deadline=None)
@given(BODIES)
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b'{"trunks": [], "next_page_token": 5}')
@example(b'{"trunks": [[]]}')
def test_a_success_that_is_no_object_of_ours_is_an_error_too(body: bytes) -> None:
    for read in READS:
        with suppress(KeeplineError):
            read(Answer(200, {}, body))
    kind = {"content-type": "application/problem+json"}
    assert failure_of(Answer(404, kind, body)) is not None


def test_the_same_page_again_is_an_error_and_no_list_without_end() -> None:
    answer = Answer(200, {}, b'{"trunks": [{}], "next_page_token": "a"}')
    assert page_of_parts("trunks", answer, "").next_page_token == "a"
    with pytest.raises(KeeplineError) as raised:
        page_of_parts("trunks", answer, "a")
    assert raised.value.code == "answer_not_understood"


def test_what_is_not_understood_is_not_repeated_in_the_error() -> None:
    body = b'{"id": "key_1", "secret": "kl_very_secret", "version": "one"}'
    with pytest.raises(KeeplineError) as raised:
        object_of(ApiKey, Answer(200, {}, body))
    assert "version" in str(raised.value) and "very_secret" not in str(raised.value)
    with pytest.raises(KeeplineError) as raised:
        object_of(ApiKey, Answer(200, {}, body[:-1]))
    assert "very_secret" not in str(raised.value)


PAGES = {page.stem: page.read_text() for page in (Path(__file__).parents[3] / "docs/problems").glob("*.md")}
for no_code in ("README", "stream_replaced"):  # the latter is told to edges only
    PAGES.pop(no_code)


def test_every_status_that_a_published_code_has_is_an_error_of_its_own_class() -> None:
    statuses = {int(status) for page in PAGES.values() for status in re.findall(r"HTTP (\d{3})", page)}
    assert len(statuses) > 10
    assert {status for status in statuses if kind_of(status) is KeeplineError} == {500}


def test_a_code_is_an_error_of_the_same_class_over_rest_and_grpc() -> None:
    both = [
        (code, int(http), name)
        for code, page in PAGES.items()
        for http, name in re.findall(r"HTTP (\d{3}), gRPC ([A-Z_]+)", page)
    ]
    assert len(both) > 30
    for code, http, name in both:
        status = Status(code=grpc.StatusCode[name].value[0])
        status.details.add().Pack(ErrorInfo(reason=code))
        said = [("grpc-status-details-bin", status.SerializeToString())]
        failure = of_grpc(grpc.StatusCode[name], "", said)
        assert (code, type(failure)) == (code, kind_of(http))


def test_only_an_object_that_is_not_there_may_have_been_deleted() -> None:
    codes = ("trunk_not_found", "path_not_found", "http_404", "unreachable")
    assert [gone(KeeplineError(code, "")) for code in codes] == [True, False, False, False]


AT = "Thu, 26 Nov 2026 10:00:00 GMT"
LATER = [
    ("7", {}, 7.0),
    ("9" * 400, {}, inf),
    ("Thu, 26 Nov 2026 10:00:05 GMT", {"date": AT}, 5.0),
    ("Thu, 26 Nov 2026 09:00:00 GMT", {"date": AT}, 0.0),
    ("-1", {}, None),
    ("soon", {"date": AT}, None),
]


@pytest.mark.parametrize(("later", "headers", "seconds"), LATER)
def test_retry_after_counts_from_the_clock_of_whoever_said_it(
    later: str, headers: dict[str, str], seconds: float | None
) -> None:
    failure = failure_of(Answer(503, {"retry-after": later, **headers}, b""))
    assert failure is not None and failure.retry_after_seconds == seconds


def test_a_pause_that_grpc_tells_is_never_negative() -> None:
    status = Status(code=8)
    for detail in (ErrorInfo(reason="requests_too_many"), RetryInfo(retry_delay=Duration(seconds=-5))):
        status.details.add().Pack(detail)
    said = [("grpc-status-details-bin", status.SerializeToString())]
    assert of_grpc(grpc.StatusCode.RESOURCE_EXHAUSTED, "", said).retry_after_seconds == 0


@settings(deadline=None)
@given(st.sampled_from([*grpc.StatusCode]), st.text(), st.binary())
def test_any_status_of_grpc_is_an_error_with_a_code(
    code: grpc.StatusCode, details: str, trailing: bytes
) -> None:
    for data in (trailing, Status(code=3, message=details).SerializeToString()):
        failure = of_grpc(code, details, [("grpc-status-details-bin", data)])
        assert isinstance(failure, KeeplineError) and failure.code and str(failure)
