"""What another team gets: the wheels, in an environment with nothing else of ours, and the three examples."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from harness.paths import REPOSITORY
from harness.phones import PROVIDER
from harness.world import World

CLIENT = REPOSITORY / "clients" / "python"
NUMBER = "020 7946 0991"
TENANT = "t_client"


async def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """What it printed; it sees no variable of ours but the path."""
    async with started(*command, cwd=cwd, **variables) as process:
        out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, out.decode()
    return out.decode()


@asynccontextmanager
async def started(
    *command: str | Path, cwd: Path, **variables: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    # a background job of a shell ignores SIGINT, and so would what it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**environment, **_of_packages(), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await process.wait()


def _of_packages() -> Mapping[str, str]:
    """Where packages come from, however this machine says it."""
    return {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_"))}


async def line_with(process: asyncio.subprocess.Process, *words: str) -> str:
    """The next one that has them all."""
    assert process.stdout is not None
    seen = []
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            seen.append(line)
            if all(word in line for word in words):
                return line
    raise AssertionError(f"ended without {words}: {''.join(seen)}")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment with the wheels and what they need."""
    folder = tmp_path_factory.mktemp("client")
    (uv,) = (REPOSITORY / ".tools").glob("uv-*/bin/uv")
    for source in (REPOSITORY / "proto", CLIENT):
        await run(uv, "build", "--quiet", "--wheel", "-o", folder / "dist", source, cwd=folder)
    python = folder / "venv" / "bin" / "python"
    await run(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, folder / "venv", cwd=folder)
    (client,) = (folder / "dist").glob("keepline_client-*.whl")
    (proto,) = (folder / "dist").glob("keepline_proto-*.whl")
    wheels = [str(proto), f"keepline-client[events] @ {client.as_uri()}"]
    await run(uv, "pip", "install", "--quiet", "--python", python, *wheels, cwd=folder)
    return python


async def test_nothing_of_ours_is_there_but_the_two_typed_packages(python: Path, tmp_path: Path) -> None:
    asked = (
        "import importlib.util as u, keepline, keepline_client.grpc, keepline_client.events, pathlib as p\n"
        "print([m.__name__ for m in (keepline, keepline_client)"
        " if (p.Path(m.__file__).parent / 'py.typed').exists() and 'site-packages' in m.__file__])\n"
        "print([n for n in ('servicekit', 'siptypes', 'sip_config', 'harness') if u.find_spec(n)])"
    )
    assert await run(python, "-c", asked, cwd=tmp_path) == "['keepline', 'keepline_client']\n[]\n"


async def test_the_first_lines_of_its_page_work_as_they_stand(
    world: World, python: Path, tmp_path: Path
) -> None:
    block = (CLIENT / "README.md").read_text().partition("```python\n")[2].partition("```")[0]
    access = f"{world.addresses.http['door']} {world.token('t_page')}"
    code = block.replace('"https://keepline.example", token', "*os.environ['ACCESS'].split()")
    told = await run(python, "-c", f"import os\n{code}", cwd=tmp_path, ACCESS=access)
    assert told.startswith("Acme Telecom trk-")


async def test_a_number_is_made_and_its_call_is_billed_once(
    world: World, python: Path, tmp_path: Path
) -> None:
    agent = await world.phones.agent(calls=2)
    access = {"KEEPLINE_URL": world.addresses.http["door"], "KEEPLINE_TOKEN": world.token(TENANT)}
    told = await run(
        python, CLIENT / "examples/create_a_number.py", NUMBER, agent.uri, cwd=tmp_path, **access
    )
    trunk_line, number_line, _, decision = told.splitlines()
    assert decision.startswith("routed: ")
    trunk_id, domain = trunk_line.split()[1].rstrip(":"), trunk_line.rpartition("@")[2]
    tenant, number = world.tenant(TENANT), number_line.split()[2]
    await tenant.in_force(trunk_id, number_count=1)
    await tenant.decides(trunk_id, number)

    bill = (python, CLIENT / "examples/bill_calls.py", "bills.db")
    kafka = {"KEEPLINE_KAFKA": world.kafka.bootstrap}
    async with started(*bill, cwd=tmp_path, **kafka) as billing:
        await answered(world, number, domain)
        call = await tenant.last_call(trunk_id)
        assert await line_with(billing, call["id"]) == f"{call['id']} {call['talk_ms']} ms\n"
    async with started(*bill, cwd=tmp_path, **kafka) as billing:
        await answered(world, number, domain)
        (other,) = {c["id"] for c in await tenant.ended_calls(trunk_id, 2)} - {call["id"]}
        await line_with(billing, other)
    with sqlite3.connect(tmp_path / "bills.db") as bills:
        found = bills.execute("SELECT call_id, talk_ms FROM bills WHERE number = ?", (number,)).fetchall()
    assert len(found) == 2 and (call["id"], call["talk_ms"]) in found


async def answered(world: World, number: str, domain: str) -> None:
    caller = await world.phones.dial(number, domain, "caller_is_answered", hold=1.0)
    assert (await caller.outcome()).result.as_told


async def test_the_health_of_a_trunk_is_watched(world: World, python: Path, tmp_path: Path) -> None:
    tenant = world.tenant(TENANT)
    endpoint = await world.phones.probed(PROVIDER)
    access = {
        "KEEPLINE_GRPC": world.addresses.grpc["door"],
        "KEEPLINE_TOKEN": tenant.token,
        "KEEPLINE_TLS": "off",
    }
    async with started(python, CLIENT / "examples/watch_trunks.py", cwd=tmp_path, **access) as watching:
        trunk = await tenant.create_trunk("Watched", endpoints=[{"host": PROVIDER, "port": endpoint.port}])
        assert "answers our probes" in await line_with(watching, trunk["id"], "healthy")
        await tenant.delete_trunk(trunk["id"])
        await line_with(watching, trunk["id"], "gone")
