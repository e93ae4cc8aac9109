"""What the description of the API promises, asked of the running services by Schemathesis.

It sends what the description allows and what it forbids, and looks at each answer: its status, its codes, its
headers, its body.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx

from harness.openapi import JOINED, TITLES, joined
from harness.world import World

TENANT = "t_promised"
_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
_ENOUGH_SECONDS = 300


async def test_all_services_together_serve_the_description_that_is_published(world: World) -> None:
    served = {name: await _served(world, name) for name, _ in TITLES.values()}
    assert joined(served) == json.loads(JOINED.read_text())


async def test_every_service_keeps_what_its_description_promises(world: World, tmp_path: Path) -> None:
    token = world.issuer.token(TENANT)
    names = [name for name, _ in TITLES.values()]
    found = await asyncio.gather(*(_findings(world, name, token, tmp_path / name) for name in names))
    assert [text for text in found if text] == []


async def _served(world: World, name: str) -> Any:
    async with httpx.AsyncClient(timeout=30) as client:
        return (await client.get(f"{world.services[name].url}/openapi.json")).json()


async def _findings(world: World, name: str, token: str, folder: Path) -> str:
    """What Schemathesis says when it is not content; "" otherwise."""
    folder.mkdir()
    described = folder / "openapi.json"
    described.write_text(json.dumps(await _served(world, name)))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_CONFIGURATION), "run"]
    command += [str(described), "--url", world.services[name].url]
    command += ["--header", f"Authorization: Bearer {token}", "--suppress-health-check", "all"]
    asked = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_ENOUGH_SECONDS):
            said, _ = await asked.communicate()
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()
    return "" if asked.returncode == 0 else f"{name}\n{said.decode(errors='replace')}"
