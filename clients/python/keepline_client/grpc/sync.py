"""gRPC for code that waits."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Self, TypeVar

import grpc
from google.protobuf.message import Message

from keepline.audit.v1.audit_log_pb2_grpc import AuditLogStub
from keepline.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from keepline.health.v1.trunk_health_pb2 import TrunkStatus, WatchRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceStub
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub
from keepline.routing.v1.routing_service_pb2_grpc import CallRoutingManagerStub
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub
from keepline_client.credentials import Credential, bearer
from keepline_client.errors import KeeplineError
from keepline_client.grpc import calls
from keepline_client.grpc.failures import failure_of
from keepline_client.grpc.watched import Removed, Watched
from keepline_client.retrying import Attempts, Retries

_Q = TypeVar("_Q", bound=Message)
_A = TypeVar("_A", bound=Message)
_I = TypeVar("_I")


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
        attempts = Attempts(self._retries, seconds, repeatable=calls.repeatable(given.method, request))
        metadata = calls.metadata(given.method, given.metadata)
        while True:
            left = max(calls.LEAST_SECONDS, attempts.left_seconds)
            call = continuation(_details(given, left, metadata, self._token), request)
            if call.code() is grpc.StatusCode.OK:
                return call
            failure = failure_of(call.code(), call.details(), call.trailing_metadata())
            pause = attempts.pause_seconds(failure)
            if pause is None:
                raise failure
            time.sleep(pause)


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


class KeeplineGrpc:
    """The services' stubs, over one channel. target: host:port. Safe to share between threads.

    Calls raise `KeeplineError`; `timeout` of a call is its deadline with all its tries, in seconds.
    credentials: of the channel; None trusts the authorities that gRPC comes with. insecure: no TLS, so that
    the token can be read on the way.
    """

    def __init__(
        self,
        target: str,
        token: Credential,
        *,
        insecure: bool = False,
        credentials: grpc.ChannelCredentials | None = None,
        deadline_seconds: float = calls.DEADLINE_SECONDS,
        retries: Retries | None = None,
    ) -> None:
        if insecure:
            self._bare = grpc.insecure_channel(target, options=calls.CHANNEL_OPTIONS)
        else:
            trusted = credentials or grpc.ssl_channel_credentials()
            self._bare = grpc.secure_channel(target, trusted, options=calls.CHANNEL_OPTIONS)
        unary = _Unary(token, deadline_seconds, retries or Retries())
        self.channel = grpc.intercept_channel(self._bare, unary, _Stream(token))
        self.trunks = SipTrunkServiceStub(self.channel)
        self.numbers = PhoneServiceStub(self.channel)
        self.routing = CallRoutingManagerStub(self.channel)
        self.calls = CallLogStub(self.channel)
        self.health = TrunkHealthStub(self.channel)
        self.api_keys = ApiKeyServiceStub(self.channel)
        self.audit = AuditLogStub(self.channel)

    def watch_trunks(self, trunk_ids: Iterable[str] = ()) -> Iterator[TrunkStatus | Removed]:
        """The status of each trunk, then each change, for ever; () watches all of the tenant's. A stream that
        breaks is opened again."""
        watched, request = Watched(), WatchRequest(trunk_ids=trunk_ids)
        while True:
            failure: KeeplineError | None = None
            stream = self.health.Watch(request)
            try:
                for told in stream:
                    yield from watched.take(told)
            except KeeplineError as error:
                failure = error
            finally:
                stream.cancel()
            time.sleep(watched.pause_seconds(failure))

    def close(self) -> None:
        self._bare.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def every(call: Callable[[_Q], _A], request: _Q, items: Callable[[_A], Iterable[_I]]) -> Iterator[_I]:
    """All items of a list, page by page.

    every(keepline.trunks.ListTrunks, ListTrunksRequest(), lambda answer: answer.trunks)
    """
    asked: Any = type(request)()
    asked.CopyFrom(request)
    while True:
        answer: Any = call(asked)
        yield from items(answer)
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token
