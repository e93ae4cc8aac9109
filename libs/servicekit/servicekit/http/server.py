"""Uvicorn inside our own loop: gRPC, Kafka and HTTP share it, and signals are ours.

The socket is bound before anything is served, so that a port in use is a start-up failure with a name.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from servicekit.http.connections import BoundedConnection
from servicekit.open_streams import Streams
from servicekit.settings import WrongSetting, host_port
from servicekit.tls import ServerCertificate

SETTING = "KEEPLINE_HTTP__LISTEN"
_BACKLOG = 1024


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the process decides when it ends, not this server


class HttpServer:
    def __init__(self, app: FastAPI, listen: str, certificate: ServerCertificate | None = None) -> None:
        self._socket = _bound(listen)
        self._streams: Streams | None = getattr(app.state, "streams", None)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,  # servicekit.auth.origin knows which proxies to believe
            backlog=_BACKLOG,
            timeout_keep_alive=30,
            reset_contextvars=True,  # else a pipelined request begins with what was set for the one before it
            ssl_context_factory=None
            if certificate is None
            else lambda _config, _default: certificate.context(),
        )
        self._server = _Uvicorn(config)

    async def run(self) -> None:
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    async def started(self) -> None:
        await self._server.up.wait()

    def stop(self, grace: float) -> None:
        """No new connections; requests under way may finish within the grace."""
        self._server.config.timeout_graceful_shutdown = max(1, round(grace))
        self._server.should_exit = True
        if self._streams is not None:
            self._streams.stop()


def _bound(listen: str) -> socket.socket:
    host, port = host_port(listen)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise WrongSetting(SETTING, f"cannot listen on {listen}: {error.strerror or error}") from error
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener
