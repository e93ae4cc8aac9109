"""Whatever comes back from whoever stands between, it is an error of the one family."""

import json

import grpc
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from keepline_client import KeeplineError
from keepline_client.grpc.failures import failure_of as of_grpc
from keepline_client.resources import TRUNKS, Decision
from keepline_client.rest.requests import Answer, failure_of, object_of, page_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("errors") | st.just("code"), inner),
    max_leaves=10,
)
TYPES = st.sampled_from(["application/problem+json", "text/html", ""])
BODIES = st.binary() | JSON.map(lambda value: json.dumps(value).encode())


@given(st.integers(300, 599), TYPES, st.text(), BODIES)
def test_any_refusal_is_an_error_with_a_code(status: int, kind: str, later: str, body: bytes) -> None:
    failure = failure_of(Answer(status, {"content-type": kind, "retry-after": later}, body))
    assert isinstance(failure, KeeplineError) and failure.code and str(failure)
    assert failure.status == status


@given(BODIES)
def test_a_success_that_is_no_object_of_ours_is_an_error_too(body: bytes) -> None:
    answer = Answer(200, {}, body)
    for read in (lambda: object_of(Decision, answer), lambda: page_of(TRUNKS, answer)):
        try:
            read()
        except KeeplineError as error:
            assert error.code == "answer_not_understood"


@given(st.sampled_from([*grpc.StatusCode]), st.text(), st.binary())
def test_any_status_of_grpc_is_an_error_with_a_code(
    code: grpc.StatusCode, details: str, trailing: bytes
) -> None:
    for data in (trailing, Status(code=3, message=details).SerializeToString()):
        failure = of_grpc(code, details, [("grpc-status-details-bin", data)])
        assert isinstance(failure, KeeplineError) and failure.code and str(failure)
