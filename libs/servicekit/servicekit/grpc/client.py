"""Channels to other services: bounded streams, a deadline on every call; token, trace and request id in the
metadata.

A call gets the smaller of its own timeout (or the default) and what is left of the call being served.
Streams from the server get no default deadline.
"""

import time
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any

import grpc
import grpc.aio

from servicekit.grpc import options
from servicekit.grpc.calls import deadline
from servicekit.settings import ClientTlsSettings
from servicekit.telemetry import request_id, tracing
from servicekit.tls import channel_credentials

Token = Callable[[], str]
_Details = grpc.aio.ClientCallDetails
_LEAST = 0.001


class _Outgoing:
    def __init__(self, token: Token | None, default_timeout: float) -> None:
        self._token = token
        self._default_timeout = default_timeout

    def details(self, given: _Details, *, stream: bool) -> _Details:
        metadata = grpc.aio.Metadata(*(given.metadata or ()))
        for key, value in tracing.inject().items():
            metadata.add(key, value)
        if served := request_id.request_id():
            metadata.add(request_id.HEADER, served)
        if self._token is not None:
            metadata.add("authorization", f"Bearer {self._token()}")
        timeout = given.timeout
        if timeout is None and not stream:
            timeout = self._default_timeout
        over = deadline.get()
        if over is not None and timeout is not None:
            timeout = max(_LEAST, min(timeout, over - time.monotonic()))
        return _Details(given.method, timeout, metadata, given.credentials, given.wait_for_ready)


class _UnaryUnary(_Outgoing, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[[_Details, Any], Any], client_call_details: _Details, request: Any
    ) -> Any:
        return await continuation(self.details(client_call_details, stream=False), request)


class _UnaryStream(_Outgoing, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[[_Details, Any], Any], client_call_details: _Details, request: Any
    ) -> Any:
        return await continuation(self.details(client_call_details, stream=True), request)


class _StreamUnary(_Outgoing, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self,
        continuation: Callable[[_Details, Any], Any],
        client_call_details: _Details,
        request_iterator: AsyncIterable[Any] | Iterable[Any],
    ) -> Any:
        return await continuation(self.details(client_call_details, stream=False), request_iterator)


class _StreamStream(_Outgoing, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self,
        continuation: Callable[[_Details, Any], Any],
        client_call_details: _Details,
        request_iterator: AsyncIterable[Any] | Iterable[Any],
    ) -> Any:
        return await continuation(self.details(client_call_details, stream=True), request_iterator)


def channel(
    target: str,
    token: Token | None = None,
    default_timeout: float = 5.0,
    tls: ClientTlsSettings | None = None,
) -> grpc.aio.Channel:
    """default_timeout: seconds. tls: of the settings; the certificate that is shown is read here, once."""
    kinds = (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream)
    interceptors: list[grpc.aio.ClientInterceptor] = [kind(token, default_timeout) for kind in kinds]
    if tls is None or not tls.enabled:
        return grpc.aio.insecure_channel(target, options=options.CLIENT, interceptors=interceptors)
    credentials = channel_credentials(tls, "KEEPLINE_TLS")
    return grpc.aio.secure_channel(target, credentials, options=options.CLIENT, interceptors=interceptors)
