"""Both ways to a real Kamailio: what is written by datagram is read over HTTP."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.until import until
from switchlink.kamailio_rpc import KamailioHttp, KamailioSocket, RpcError, RpcUnavailable
from switchlink.kamailio_run import KamailioPorts, KamailioRun
from switchlink.testing.free_ports import free_port

CONFIG = Path(__file__).parents[2] / "infra" / "kamailio" / "kamailio.cfg"
RECORD = "t_1|trk_1|e|10.0.0.0/8,fd00::/8|3"


@pytest.fixture(scope="module")
async def edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KamailioRun]:
    folder = tmp_path_factory.mktemp("k")
    run = KamailioRun(CONFIG, folder, KamailioPorts(*(free_port() for _ in range(4))))
    run.prepare()
    with (folder / "output.log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *run.argv(), stdout=output, stderr=output, env={**os.environ, "LC_ALL": "C"}
        )
    try:
        async with KamailioSocket(run.rpc_socket) as rpc:
            await until(lambda: _answers(rpc), within=60, what="the first answer of Kamailio")
        yield run
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 15)


async def _answers(rpc: KamailioSocket) -> bool:
    try:
        await rpc.call("core.uptime")
    except RpcUnavailable:
        return False
    return True


@pytest.mark.parametrize("value", [RECORD, 'quo"te', "back\\slash", "ünï", "123", "i:5", "x" * 2000])
async def test_a_record_is_read_back_as_it_was_written(edge: KamailioRun, value: str) -> None:
    async with KamailioSocket(edge.rpc_socket) as writes, KamailioHttp(edge.rpc_url) as reads:
        await writes.call("htable.sets", ["trunk", "a.sip.keepline.test", value])
        for rpc in (writes, reads):
            answer = await rpc.call("htable.get", ["trunk", "a.sip.keepline.test"])
            assert answer["item"]["value"] == value


async def test_what_is_not_there_is_an_error_of_kamailio(edge: KamailioRun) -> None:
    async with KamailioSocket(edge.rpc_socket) as writes, KamailioHttp(edge.rpc_url) as reads:
        for rpc in (writes, reads):
            with pytest.raises(RpcError):
                await rpc.call("htable.get", ["trunk", "nobody"])
            with pytest.raises(RpcError, match="Method Not Found"):
                await rpc.call("keepline.nothing")


async def test_a_whole_table_is_too_large_for_a_datagram_and_comes_over_http(edge: KamailioRun) -> None:
    async with KamailioSocket(edge.rpc_socket, timeout=1) as writes, KamailioHttp(edge.rpc_url) as reads:
        for index in range(3000):
            await writes.call("htable.sets", ["number", f"+4930{index:07}", "a.sip.keepline.test"])
        with pytest.raises(RpcUnavailable):
            await writes.call("htable.dump", ["number"])
        slots = await reads.call("htable.dump", ["number"])
        assert sum(len(slot["slot"]) for slot in slots) == 3000
        await writes.call("core.uptime")
