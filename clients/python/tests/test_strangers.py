"""Whoever answers in Keepline's place, and however: an error of the family, within the deadline."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from keepline.sip.v1.trunk_service_pb2 import GetTrunkRequest
from keepline_client import (
    AsyncKeepline,
    DeadlineExceeded,
    Keepline,
    KeeplineError,
    NotFound,
    Retries,
    TooManyRequests,
    Unavailable,
    Unreachable,
)
from keepline_client.grpc import AsyncKeeplineGrpc, KeeplineGrpc

QUICK = Retries(tries=2, first_seconds=0.01, longest_seconds=0.02)
SHORT_SECONDS, LONG_SECONDS = 0.3, 30.0
HTML = b"<html>welcome</html>"


def answer(status: str, kind: str, body: bytes, more: str = "") -> list[bytes]:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return [f"{head}connection: close\r\n{more}\r\n".encode(), body]


class Stranger:
    """Says the pieces to whatever it is asked, one each 0.02 s, then nothing; `ends`: and hangs up."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.ends = True
        self.url = ""
        self._up, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._up.wait(20)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._up.set()
        await asyncio.to_thread(self._stop.wait)
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
            if self.ends:
                writer.close()
            else:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            return

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)


@pytest.fixture(scope="module")
def _running() -> Iterator[Stranger]:
    made = Stranger()
    yield made
    made.close()


@pytest.fixture
def stranger(_running: Stranger) -> Stranger:
    _running.pieces, _running.ends = [], True
    return _running


DRIP = [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n", *[b" "] * 100]
NOT_ENDING = [
    pytest.param([], id="nothing"),
    pytest.param([b"HTTP/1.1 200 O"], id="half a line"),
    pytest.param([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", b"{"], id="half a body"),
    pytest.param(DRIP, id="a body drop by drop"),
]
OTHERS = [
    (answer("200 OK", "text/html", HTML), KeeplineError, "answer_not_understood"),
    (answer("200 OK", "application/json", b"[]"), KeeplineError, "answer_not_understood"),
    (answer("204 No Content", "text/plain", b""), KeeplineError, "answer_not_understood"),
    (answer("302 Found", "text/html", HTML, "location: http://127.0.0.1:9/\r\n"), KeeplineError, "http_302"),
    (answer("404 Not Found", "text/html", HTML), NotFound, "http_404"),
    (answer("502 Bad Gateway", "text/html", HTML), Unavailable, "http_502"),
    (answer("429 Too", "text/html", HTML, f"retry-after: {'9' * 400}\r\n"), TooManyRequests, "http_429"),
    (answer("503 No", "text/html", HTML, "retry-after: 86400\r\n"), Unavailable, "http_503"),
    (answer("200 OK", "application/json", HTML, "content-encoding: gzip\r\n"), Unreachable, "unreachable"),
    ([b"SSH-2.0-OpenSSH_9.2\r\n"], Unreachable, "unreachable"),
    ([b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n", b"{"], Unreachable, "unreachable"),
]

Asked = Callable[[Stranger, float], Awaitable[None]]


async def waiting(stranger: Stranger, seconds: float) -> None:
    def ask() -> None:
        with Keepline(stranger.url, "t", retries=QUICK, deadline_seconds=seconds) as client:
            client.trunks.get("trk_1")

    await asyncio.to_thread(ask)


async def awaiting(stranger: Stranger, seconds: float) -> None:
    async with AsyncKeepline(stranger.url, "t", retries=QUICK, deadline_seconds=seconds) as client:
        await client.trunks.get("trk_1")


@pytest.mark.parametrize("asked", [waiting, awaiting])
@pytest.mark.parametrize("pieces", NOT_ENDING)
async def test_an_answer_that_does_not_end_ends_with_the_deadline(
    stranger: Stranger, pieces: list[bytes], asked: Asked
) -> None:
    stranger.pieces, stranger.ends = pieces, False
    with pytest.raises(DeadlineExceeded):
        async with asyncio.timeout(LONG_SECONDS):
            await asked(stranger, SHORT_SECONDS)


async def test_headers_drop_by_drop_end_with_the_deadline_of_code_that_awaits(stranger: Stranger) -> None:
    stranger.pieces = [b"HTTP/1.1 200 OK\r\n", *[b"x: y\r\n"] * 100]
    with pytest.raises(DeadlineExceeded):
        async with asyncio.timeout(LONG_SECONDS):
            await awaiting(stranger, SHORT_SECONDS)


@pytest.mark.parametrize("asked", [waiting, awaiting])
@pytest.mark.parametrize(("pieces", "kind", "code"), OTHERS, ids=lambda value: str(value)[:20])
async def test_what_is_not_keeplines_is_an_error(
    stranger: Stranger, pieces: list[bytes], kind: type[KeeplineError], code: str, asked: Asked
) -> None:
    stranger.pieces = pieces
    with pytest.raises(kind) as raised:
        await asked(stranger, LONG_SECONDS)
    assert (type(raised.value), raised.value.code) == (kind, code)


def test_a_page_of_somebody_else_is_no_delete(stranger: Stranger) -> None:
    stranger.pieces = answer("200 OK", "text/html", HTML)
    with Keepline(stranger.url, "t", retries=QUICK) as client, pytest.raises(KeeplineError) as raised:
        client.trunks.delete("trk_1", version=1)
    assert raised.value.code == "answer_not_understood"


@pytest.mark.parametrize("pieces", [[], [b"SSH-2.0-OpenSSH_9.2\r\n"], answer("200 OK", "text/html", HTML)])
async def test_who_speaks_no_grpc_is_unreachable_or_late(stranger: Stranger, pieces: list[bytes]) -> None:
    stranger.pieces, stranger.ends = pieces, False
    target = stranger.url.removeprefix("http://")
    with pytest.raises((Unreachable, DeadlineExceeded)):
        async with AsyncKeeplineGrpc(target, "t", insecure=True, retries=QUICK) as client:
            await client.trunks.GetTrunk(GetTrunkRequest(), timeout=SHORT_SECONDS)
    with (
        KeeplineGrpc(target, "t", insecure=True, retries=QUICK) as waiting,
        pytest.raises((Unreachable, DeadlineExceeded)),
    ):
        await asyncio.to_thread(waiting.trunks.GetTrunk, GetTrunkRequest(), timeout=SHORT_SECONDS)


async def test_a_token_that_does_not_come_ends_with_the_deadline(stranger: Stranger) -> None:
    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    async with AsyncKeepline(stranger.url, never, deadline_seconds=0.1) as client:
        with pytest.raises(DeadlineExceeded):
            async with asyncio.timeout(LONG_SECONDS):
                await client.trunks.get("trk_1")
