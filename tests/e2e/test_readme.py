"""What README.md tells other teams, and whoever has a PBX, works as it stands there."""

import os
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from harness.line import Line, kept_number
from harness.paths import REPOSITORY
from harness.process import Process
from harness.until import until
from harness.world import World

README = REPOSITORY / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(title: str) -> list[str]:
    section = re.search(rf"^## {title}$(.*?)^## ", README.read_text(), re.MULTILINE | re.DOTALL)
    assert section is not None
    return BLOCK.findall(section[1])


@pytest_asyncio.fixture(loop_scope="session")
async def line(world: World) -> Line:
    return await kept_number(world, await world.phones.agent())


@pytest_asyncio.fixture(loop_scope="session")
async def shells(world: World, line: Line) -> AsyncIterator[list[Process]]:
    """The blocks of both sections, as commands with the variables of this world."""
    at = world.addresses
    variables = {
        "DOOR": at.http["door"],
        "DOOR_GRPC": at.grpc["door"],
        "KAFKA": at.kafka,
        "EDGE": at.edge,
        "DOMAIN": line.domain,
        "NUMBER": line.number,
        "TOKEN": line.tenant.token,
        "PATH": os.environ["PATH"],
    }
    # the first one reads the variables of a demo
    texts = blocks("For other teams")[1:] + blocks("For a carrier or a PBX")
    made = [
        Process(
            "block", ["bash", "-euc", text], world.folder / f"readme-{n}.log", env=variables, cwd=REPOSITORY
        )
        for n, text in enumerate(texts)
    ]
    yield made
    for process in made:
        await process.stop()


async def test_from_nothing_to_a_first_event(world: World, line: Line, shells: list[Process]) -> None:
    rest, grpc, events, *_ = shells
    await rest.start()
    assert await rest.wait(60) == 0, rest.logs()
    assert '"name":"My first trunk"' in rest.logs().replace('": "', '":"'), rest.logs()
    await grpc.start()
    assert await grpc.wait(60) == 0, grpc.logs()
    assert "My first trunk" in grpc.logs()
    await events.start()
    await until(lambda: "listening" in events.logs(), 60)
    await (await line.dial()).outcome()
    assert await events.wait(60) == 0, events.logs()
    assert "keepline.call.answered.v1" in events.logs()


async def test_a_carriers_call_is_refused_with_its_reason(line: Line, shells: list[Process]) -> None:
    *_, call, why = shells
    await call.start()
    assert await call.wait(60) == 0, call.logs()
    assert "SIP/2.0 488 Refused (codec_missing)" in call.logs()

    async def told() -> bool:
        rows = (await line.tenant.rest("sip-config").get("/api/v1/sip/rejections")).json()["rejections"]
        return [row["code"] for row in rows] == ["codec_missing"]

    await until(told, 30)
    await why.start()
    assert await why.wait(60) == 0, why.logs()
    assert '"code":"codec_missing"' in why.logs().replace('": "', '":"'), why.logs()
