import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import orjson
import pytest

from switchlink.kamailio_rpc import (
    KamailioHttp,
    KamailioSocket,
    RpcError,
    RpcInvalid,
    RpcUnavailable,
    SipHeaders,
)
from switchlink.kamailio_rpc.messages import request

Reply = Callable[[dict[str, object]], list[bytes]]


def _result(asked: dict[str, object], result: object) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})


class FakeKamailio:
    """Answers each datagram with what the test says, at the address that the datagram came from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reply: Reply = lambda asked: [_result(asked, [asked["method"], asked["params"]])]
        self.open()

    def open(self) -> None:
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        data, sender = self._socket.recvfrom(65536)
        for answer in self.reply(orjson.loads(data)):
            self._socket.sendto(answer, sender)


@pytest.fixture
async def kamailio(tmp_path: Path) -> AsyncIterator[FakeKamailio]:
    fake = FakeKamailio(tmp_path / "rpc.sock")
    yield fake
    fake.close()


@pytest.fixture
async def rpc(kamailio: FakeKamailio) -> AsyncIterator[KamailioSocket]:
    async with KamailioSocket(kamailio.path, timeout=1.0) as client:
        yield client


async def test_a_result_comes_back(rpc: KamailioSocket) -> None:
    assert await rpc.call("htable.sets", ["trunk", "a.b", 'x|"y"']) == [
        "htable.sets",
        ["trunk", "a.b", 'x|"y"'],
    ]


async def test_an_error_keeps_its_code_and_words(kamailio: FakeKamailio, rpc: KamailioSocket) -> None:
    kamailio.reply = lambda asked: [
        orjson.dumps({"id": asked["id"], "error": {"code": 404, "message": "Key not found"}})
    ]
    with pytest.raises(RpcError, match="Key not found") as caught:
        await rpc.call("htable.delete", ["trunk", "a"])
    assert caught.value.code == 404


async def test_silence_is_told_and_its_late_answer_is_nobodys(
    kamailio: FakeKamailio, rpc: KamailioSocket
) -> None:
    late: list[bytes] = []
    kamailio.reply = lambda asked: late.append(_result(asked, "late")) or []  # type: ignore[func-returns-value]
    with pytest.raises(RpcUnavailable, match="no answer"):
        await rpc.call("core.uptime")
    kamailio.reply = lambda asked: [*late, _result(asked, "mine")]
    assert await rpc.call("core.uptime") == "mine"


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b"\xff\xff", b'{"id":1'])
async def test_an_answer_that_is_none_is_told(
    kamailio: FakeKamailio, rpc: KamailioSocket, answer: bytes
) -> None:
    kamailio.reply = lambda _: [answer]
    with pytest.raises(RpcUnavailable):
        await rpc.call("core.uptime")


async def test_calls_take_turns(kamailio: FakeKamailio, rpc: KamailioSocket) -> None:
    results = await asyncio.gather(*(rpc.call("core.echo", [index]) for index in range(50)))
    assert results == [["core.echo", [index]] for index in range(50)]


async def test_a_restarted_kamailio_is_found_again(kamailio: FakeKamailio, rpc: KamailioSocket) -> None:
    await rpc.call("core.uptime")
    kamailio.close()
    with pytest.raises(RpcUnavailable):
        await rpc.call("core.uptime")
    kamailio.open()
    await rpc.call("core.uptime")


async def test_answers_come_again_after_the_folder_was_cleaned(
    kamailio: FakeKamailio, rpc: KamailioSocket
) -> None:
    await rpc.call("core.uptime")
    for address in kamailio.path.parent.glob("rpc.sock.*"):
        address.unlink()
    assert await rpc.call("core.version") == ["core.version", []]


async def test_a_kamailio_that_never_was_is_told(tmp_path: Path) -> None:
    async with KamailioSocket(tmp_path / "none.sock") as client:
        with pytest.raises(RpcUnavailable, match=r"none\.sock"):
            await client.call("core.uptime")


async def test_what_a_killed_process_left_behind_is_removed_and_the_living_are_left(
    kamailio: FakeKamailio,
) -> None:
    dead = kamailio.path.with_name("rpc.sock.dead")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as killed:
        killed.bind(str(dead))
    async with KamailioSocket(kamailio.path) as living:
        await living.call("core.uptime")
        async with KamailioSocket(kamailio.path) as other:
            await other.call("core.uptime")
            await living.call("core.uptime")
    assert sorted(path.name for path in kamailio.path.parent.iterdir()) == ["rpc.sock"]


@pytest.mark.parametrize("method", ["", "core", "core.x\n", "core uptime", "a.b c", "../x"])
def test_a_method_that_is_none_is_refused(method: str) -> None:
    with pytest.raises(RpcInvalid):
        request(1, method, [])


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "a\x7fb", "\t"])
def test_a_value_with_a_control_character_is_refused(value: str) -> None:
    with pytest.raises(RpcInvalid, match="parameter 2"):
        request(1, "htable.sets", ["trunk", value])


def test_header_lines_are_the_one_value_with_line_ends() -> None:
    asked = orjson.loads(request(1, "tm.t_uac_start", [SipHeaders("From: <sip:a@b>\r\n")]))
    assert asked["params"] == ["From: <sip:a@b>\r\n"]
    with pytest.raises(RpcInvalid):
        request(1, "tm.t_uac_start", [SipHeaders("From: \0\r\n")])


async def test_http_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with KamailioHttp(f"http://127.0.0.1:{taken.getsockname()[1]}/RPC") as client:
            with pytest.raises(RpcUnavailable):
                await client.call("core.uptime")
