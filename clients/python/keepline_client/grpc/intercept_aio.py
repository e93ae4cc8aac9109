"""What is around each call that is awaited: token, deadline, key and tries."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

from keepline_client.credentials import AsyncCredential, bearer_async
from keepline_client.errors import KeeplineError
from keepline_client.grpc import calls
from keepline_client.grpc.failures import failure_of
from keepline_client.retrying import Attempts, Retries


class _Unary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: AsyncCredential, deadline_seconds: float, retries: Retries) -> None:
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._retries = retries

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
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
            call = await continuation(await _details(given, left, metadata, self._token), request)
            failure = await _failure(call)
            if failure is None:
                return call
            if attempts.in_doubt and calls.deleted_before(given.method, failure):
                return calls.empty_answer(given.method)
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


def channel_async(
    target: str,
    token: AsyncCredential,
    credentials: grpc.ChannelCredentials | None,
    deadline_seconds: float,
    retries: Retries,
) -> grpc.aio.Channel:
    """credentials: None for no TLS."""
    around = (_Unary(token, deadline_seconds, retries), _Stream(token))
    if credentials is None:
        return grpc.aio.insecure_channel(target, calls.CHANNEL_OPTIONS, interceptors=around)
    return grpc.aio.secure_channel(target, credentials, calls.CHANNEL_OPTIONS, interceptors=around)
