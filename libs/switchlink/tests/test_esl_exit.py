"""A process that exits under a stream of events ends by itself, with its own code."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from switchlink.esl import EslLink
from switchlink.testing.esl_server import PASSWORD, EslServer

PROGRAM = """
import asyncio, sys
from switchlink.esl import EslLink
from switchlink.testing.esl_server import EslServer, PASSWORD, json_event

async def main():
    async with EslServer() as server:
        link = EslLink(*server.address, PASSWORD, ["X"])
        await link.start()
        await link.wait_connected()
        async def blast():
            while True:
                server.send(json_event(b'{"Event-Name":"X"}') * 200)
                await asyncio.sleep(0)
        task = asyncio.ensure_future(blast())
        batches = link.events()
        for _ in range(20):
            await anext(batches)
        if "close" in sys.argv:
            await link.aclose()
        sys.exit(7)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["close", "forget"])
async def test_leaving_under_a_stream_of_events_is_no_crash(how: str, tmp_path: Path) -> None:
    program = tmp_path / "leaves.py"
    program.write_text(PROGRAM)
    run = await asyncio.create_subprocess_exec(sys.executable, str(program), how)
    async with asyncio.timeout(20):
        assert await run.wait() == 7


async def test_a_closed_link_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    async with EslServer() as server:
        async with EslLink(*server.address, PASSWORD) as link:
            await link.wait_connected()
            assert [thread.name for thread in set(threading.enumerate()) - before if "esl-" in thread.name]
        assert not [thread.name for thread in set(threading.enumerate()) - before if "esl-" in thread.name]


async def test_a_link_can_be_closed_while_it_is_connecting() -> None:
    async with EslServer(greeting=b"") as server:
        link = EslLink(*server.address, PASSWORD)
        await link.start()
        await server.until(lambda it: it.connections == 1)
        async with asyncio.timeout(2):
            await link.aclose()
