"""A small Keepline of servicekit's own parts, on real sockets, that can be told to fail."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.http.server import HttpServer
from servicekit.testing import tokens, verifier_of

from .small_keepline import Faults, trunks_app


class Running:
    """Served by a thread of its own, so that code that waits can ask it."""

    def __init__(self, issuer: DevIssuer) -> None:
        self.faults = Faults()
        self.issuer = issuer
        self.url = ""
        self._stop = threading.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._up.wait(20)

    @property
    def token(self) -> str:
        return self.issuer.token("t_a")

    async def _serve(self) -> None:
        server = HttpServer(trunks_app(verifier_of(self.issuer), self.faults), "127.0.0.1:0")
        serving = asyncio.create_task(server.run())
        await server.started()
        self.url = f"http://127.0.0.1:{server.port}"
        self._up.set()
        await asyncio.to_thread(self._stop.wait)
        server.stop(1)
        await serving

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tokens(Path(tmp_path_factory.mktemp("auth"))))
    yield running
    running.close()


@pytest.fixture
def keepline(_running: Running) -> Running:
    _running.faults.clear()
    return _running
