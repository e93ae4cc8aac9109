"""What README.md tells other teams works as it stands there."""

import os
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from harness.line import Line, kept_number
from harness.paths import REPOSITORY
from harness.process import Process
from harness.until import until
from harness.world import World

SECTION = re.compile(r"^## For other teams$(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """All but the first, which reads the variables of a demo."""
    section = SECTION.search((REPOSITORY / "README.md").read_text())
    assert section is not None
    return BLOCK.findall(section[1])[1:]


@pytest_asyncio.fixture(loop_scope="session")
async def line(world: World) -> Line:
    return await kept_number(world, await world.phones.agent())


@pytest_asyncio.fixture(loop_scope="session")
async def shells(world: World, line: Line) -> AsyncIterator[list[Process]]:
    """The blocks of the section, as commands with the variables of this world."""
    at = world.addresses
    variables = {
        "DOOR": at.http["door"],
        "DOOR_GRPC": at.grpc["door"],
        "KAFKA": at.kafka,
        "TOKEN": line.tenant.token,
        "PATH": os.environ["PATH"],
    }
    made = [
        Process(
            "block", ["bash", "-euc", text], world.folder / f"readme-{n}.log", env=variables, cwd=REPOSITORY
        )
        for n, text in enumerate(blocks())
    ]
    yield made
    for process in made:
        await process.stop()


async def test_from_nothing_to_a_first_event(world: World, line: Line, shells: list[Process]) -> None:
    rest, grpc, events = shells
    await rest.start()
    assert await rest.wait(20) == 0, rest.logs()
    assert '"name":"My first trunk"' in rest.logs().replace('": "', '":"'), rest.logs()
    await grpc.start()
    assert await grpc.wait(20) == 0, grpc.logs()
    assert "My first trunk" in grpc.logs()
    await events.start()
    await until(lambda: "listening" in events.logs(), 20)
    await (await line.dial()).outcome()
    assert await events.wait(20) == 0, events.logs()
    assert "keepline.call.answered.v1" in events.logs()
