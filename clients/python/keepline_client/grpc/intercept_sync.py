"""What is around each call that is waited for: token, deadline, key and tries."""

import time
from typing import Any, NamedTuple, Self

import grpc

from keepline_client.credentials import Credential, bearer
from keepline_client.grpc import calls
from keepline_client.grpc.failures import failure_of
from keepline_client.retrying import Attempts, Retries


class _Fields(NamedTuple):
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _Details(_Fields, grpc.ClientCallDetails):
    """As gRPC makes its own."""


class _Unary(grpc.UnaryUnaryClientInterceptor):
    def __init__(self, token: Credential, deadline_seconds: float, retries: Retries) -> None:
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._retries = retries

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        given = client_call_details
        seconds = self._deadline_seconds if given.timeout is None else given.timeout
        attempts = Attempts(
            self._retries,
            seconds,
            repeatable=calls.repeatable(given.method, request),
            renewable=callable(self._token),
        )
        metadata = calls.metadata(given.method, given.metadata)
        while True:
            left = max(calls.LEAST_SECONDS, attempts.left_seconds)
            call = continuation(_details(given, left, metadata, self._token), request)
            if call.code() is grpc.StatusCode.OK:
                return call
            failure = failure_of(call.code(), call.details(), call.trailing_metadata())
            if attempts.in_doubt and calls.deleted_before(given.method, failure):
                return _Done(call, calls.empty_answer(given.method))
            pause = attempts.pause_seconds(failure)
            if pause is None:
                raise failure
            time.sleep(pause)


class _Done:
    """A call that was refused, because what it asks for was done."""

    def __init__(self, call: Any, answer: Any) -> None:
        self._call = call
        self._answer = answer

    def result(self, timeout: float | None = None) -> Any:
        return self._answer

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.OK

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


class _Stream(grpc.UnaryStreamClientInterceptor):
    def __init__(self, token: Credential) -> None:
        self._token = token

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        given = client_call_details
        metadata = calls.metadata(given.method, given.metadata)
        return _Told(continuation(_details(given, given.timeout, metadata, self._token), request))


class _Told:
    """A stream of answers that raises errors of ours."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._call)
        except grpc.RpcError as error:
            call = self._call
            raise failure_of(call.code(), call.details(), call.trailing_metadata()) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


def _details(given: Any, timeout: float | None, metadata: list[Any], token: Credential) -> _Details:
    told = (*metadata, ("authorization", bearer(token)))
    return _Details(given.method, timeout, told, given.credentials, given.wait_for_ready, given.compression)


def channel(
    target: str,
    token: Credential,
    credentials: grpc.ChannelCredentials | None,
    deadline_seconds: float,
    retries: Retries,
) -> grpc.Channel:
    """credentials: None for no TLS."""
    if credentials is None:
        bare = grpc.insecure_channel(target, options=calls.CHANNEL_OPTIONS)
    else:
        bare = grpc.secure_channel(target, credentials, options=calls.CHANNEL_OPTIONS)
    return grpc.intercept_channel(bare, _Unary(token, deadline_seconds, retries), _Stream(token))
