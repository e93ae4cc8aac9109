"""gRPC for code that awaits (asyncio)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from keepline.audit.v1.audit_log_pb2_grpc import AuditLogStub
from keepline.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from keepline.health.v1.trunk_health_pb2 import TrunkStatus, WatchRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceStub
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub
from keepline.routing.v1.routing_service_pb2_grpc import CallRoutingManagerStub
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub
from keepline_client.credentials import AsyncCredential, bearer_async
from keepline_client.errors import KeeplineError
from keepline_client.grpc import calls
from keepline_client.grpc.failures import failure_of
from keepline_client.grpc.watched import Removed, Watched
from keepline_client.retrying import Attempts, Retries

_Q = TypeVar("_Q", bound=Message)
_A = TypeVar("_A", bound=Message)
_I = TypeVar("_I")


class _Unary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: AsyncCredential, deadline_seconds: float, retries: Retries) -> None:
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._retries = retries

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        given = client_call_details
        seconds = self._deadline_seconds if given.timeout is None else given.timeout
        attempts = Attempts(self._retries, seconds, repeatable=calls.repeatable(given.method, request))
        metadata = calls.metadata(given.method, given.metadata)
        while True:
            left = max(calls.LEAST_SECONDS, attempts.left_seconds)
            call = await continuation(await _details(given, left, metadata, self._token), request)
            failure = await _failure(call)
            if failure is None:
                return call
            pause = attempts.pause_seconds(failure)
            if pause is None:
                raise failure
            await asyncio.sleep(pause)


class _Stream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, token: AsyncCredential) -> None:
        self._token = token

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        given = client_call_details
        metadata = calls.metadata(given.method, given.metadata)
        return _told(await continuation(await _details(given, given.timeout, metadata, self._token), request))


async def _told(call: Any) -> AsyncIterator[Any]:
    """A stream of answers that raises errors of ours."""
    try:
        async for answer in call:
            yield answer
    except grpc.aio.AioRpcError as error:
        raise failure_of(error.code(), error.details(), error.trailing_metadata()) from error
    finally:
        call.cancel()


async def _failure(call: Any) -> KeeplineError | None:
    try:
        code = await call.code()
        if code is grpc.StatusCode.OK:
            return None
        return failure_of(code, await call.details(), await call.trailing_metadata())
    except asyncio.CancelledError:
        call.cancel()
        raise


async def _details(
    given: Any, seconds: float | None, metadata: list[Any], token: AsyncCredential
) -> grpc.aio.ClientCallDetails:
    told = grpc.aio.Metadata(*metadata, ("authorization", await bearer_async(token)))
    return grpc.aio.ClientCallDetails(given.method, seconds, told, given.credentials, given.wait_for_ready)


class AsyncKeeplineGrpc:
    """The services' stubs, over one channel. target: host:port. Of one event loop.

    Calls raise `KeeplineError`; `timeout` of a call is its deadline with all its tries, in seconds.
    credentials: of the channel; None trusts the authorities that gRPC comes with. insecure: no TLS, so that
    the token can be read on the way.
    """

    def __init__(
        self,
        target: str,
        token: AsyncCredential,
        *,
        insecure: bool = False,
        credentials: grpc.ChannelCredentials | None = None,
        deadline_seconds: float = calls.DEADLINE_SECONDS,
        retries: Retries | None = None,
    ) -> None:
        around = (_Unary(token, deadline_seconds, retries or Retries()), _Stream(token))
        if insecure:
            self.channel = grpc.aio.insecure_channel(target, calls.CHANNEL_OPTIONS, interceptors=around)
        else:
            trusted = credentials or grpc.ssl_channel_credentials()
            self.channel = grpc.aio.secure_channel(
                target, trusted, calls.CHANNEL_OPTIONS, interceptors=around
            )
        self.trunks = SipTrunkServiceStub(self.channel)
        self.numbers = PhoneServiceStub(self.channel)
        self.routing = CallRoutingManagerStub(self.channel)
        self.calls = CallLogStub(self.channel)
        self.health = TrunkHealthStub(self.channel)
        self.api_keys = ApiKeyServiceStub(self.channel)
        self.audit = AuditLogStub(self.channel)

    async def watch_trunks(self, trunk_ids: Iterable[str] = ()) -> AsyncIterator[TrunkStatus | Removed]:
        """The status of each trunk, then each change, for ever; () watches all of the tenant's. A stream that
        breaks is opened again."""
        watched, request = Watched(), WatchRequest(trunk_ids=trunk_ids)
        while True:
            failure: KeeplineError | None = None
            stream = self.health.Watch(request)
            try:
                async for told in stream:
                    for new in watched.take(told):
                        yield new
            except KeeplineError as error:
                failure = error
            finally:
                stream.cancel()
            await asyncio.sleep(watched.pause_seconds(failure))

    async def aclose(self) -> None:
        await self.channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def every_async(
    call: Callable[[_Q], Awaitable[_A]], request: _Q, items: Callable[[_A], Iterable[_I]]
) -> AsyncIterator[_I]:
    """As `every`."""
    asked: Any = type(request)()
    asked.CopyFrom(request)
    while True:
        answer: Any = await call(asked)
        for item in items(answer):
            yield item
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token
