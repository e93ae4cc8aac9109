"""JSON-RPC over Kamailio's unix datagram socket: the fastest way, guarded by file permissions.

One request at a time, because Kamailio must have one writer. An answer of more than 128 KB is dropped
by the kernel and never comes: ask for large tables over HTTP.
"""

import asyncio
import itertools
import logging
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from .messages import Param, RpcUnavailable, answer, request

log = logging.getLogger(__name__)

LARGEST_ANSWER = 256 * 1024


class KamailioSocket:
    def __init__(self, path: Path, timeout: float = 2.0) -> None:
        self._path = path
        self._timeout = timeout
        self._numbers = itertools.count(secrets.randbelow(1 << 30))
        self._turn = asyncio.Lock()
        self._socket: socket.socket | None = None
        self._own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")

    async def call(self, method: str, params: Sequence[Param] = ()) -> Any:
        """The result as parsed JSON; the caller checks its shape."""
        number = next(self._numbers)
        payload = request(number, method, params)
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return await self._exchange(number, payload)
        except TimeoutError:
            raise RpcUnavailable(f"no answer to {method} within {self._timeout:g} s") from None
        except OSError as error:
            self.close()
            raise RpcUnavailable(f"{self._path}: {error}") from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._own.unlink(missing_ok=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def _exchange(self, number: int, payload: bytes) -> Any:
        if not self._own.exists():  # the folder was cleaned: no answer would find its way to us any more
            self.close()
        sock = self._socket or self._open()
        # Addressed each time: a Kamailio that was restarted is another socket of the same name.
        await _sent(sock, payload, str(self._path))
        while True:
            mine, result = answer(number, await _received(sock))
            if mine:
                return result

    def _open(self) -> socket.socket:
        """Kamailio answers to an address, so we need one of our own, beside its."""
        _sweep(self._path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.setblocking(False)
        try:
            sock.bind(str(self._own))
            self._own.chmod(0o660)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        return sock


# uvloop has neither sock_sendto nor, for datagrams, sock_recv: wait on the descriptor instead.


async def _sent(sock: socket.socket, payload: bytes, to: str) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            sock.sendto(payload, to)
        except BlockingIOError:
            await _event(sock, loop.add_writer, loop.remove_writer)
        else:
            return


async def _received(sock: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    while True:
        try:
            return sock.recv(LARGEST_ANSWER)
        except BlockingIOError:
            await _event(sock, loop.add_reader, loop.remove_reader)


async def _event(sock: socket.socket, watch: Callable[..., None], forget: Callable[..., bool]) -> None:
    happened = asyncio.Event()
    watch(sock, happened.set)
    try:
        await happened.wait()
    finally:
        forget(sock)


def _sweep(path: Path) -> None:
    """A process that was killed leaves its address behind: remove those that nobody listens on."""
    for left_behind in path.parent.glob(f"{path.name}.*"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(str(left_behind))
            except ConnectionRefusedError:
                left_behind.unlink(missing_ok=True)
            except OSError as error:
                log.debug("%s is not ours to judge: %s", left_behind, error)
