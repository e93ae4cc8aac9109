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
import pytest

from harness.openapi import JOINED, TITLES, joined
from harness.world import World

TENANT = "t_promised"
CREATED = httpx.codes.CREATED
_CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
_ENOUGH_SECONDS = 300
APART = ("sip-config", "call-control")


async def test_all_services_together_serve_the_description_that_is_published(world: World) -> None:
    served = {name: await _served(world, name) for name, _ in TITLES.values()}
    assert joined(served) == json.loads(JOINED.read_text())


async def test_every_example_is_taken_as_it_stands_but_for_its_ids(world: World) -> None:
    tenant = world.tenant(TENANT)

    async def sent(service: str, path: str, name: str, **ids: Any) -> tuple[int, Any]:
        example = json.loads(JOINED.read_text())["components"]["schemas"][name]["example"]
        answer = await tenant.rest(service).post(f"/api/v1/{path}", json={**example, **ids})
        return answer.status_code, answer.json()

    status, _ = await sent("sip-config", "sip/trunks", "TrunkToCreate")
    assert status == CREATED
    _, trunk = await sent("sip-config", "sip/trunks", "TrunkToCreate", country="GB")
    status, number = await sent("phone-sources", "phone/numbers", "NumberToCreate", trunk_id=trunk["id"])
    assert status == CREATED or number["code"] == "number_taken", number
    status, agent = await sent("call-control", "agents", "AgentToCreate")
    assert status == CREATED, agent
    _, other = await sent("call-control", "agents", "AgentToCreate")
    ids = {"first_agent_id": agent["id"], "fallback_agent_id": other["id"], "numbers": []}
    status, plan = await sent("call-control", "routing/plans", "PlanToCreate", **ids)
    assert status == CREATED, plan
    status, decision = await sent("call-control", "routing/route", "CallToRoute", trunk_id=trunk["id"])
    assert status == httpx.codes.OK, decision


@pytest.mark.timeout(300)  # Schemathesis has its own bound, and the world may end behind it
async def test_every_service_keeps_what_its_description_promises(world: World, tmp_path: Path) -> None:
    token = world.issuer.token(TENANT)
    names = sorted(name for name, _ in TITLES.values())
    found: list[str] = []
    # phone-sources asks sip-config, which answers it late while it is asked everything itself
    for some in ([one for one in names if one in APART], [one for one in names if one not in APART]):
        found += await asyncio.gather(*(_findings(world, name, token, tmp_path / name) for name in some))
    if said := "\n".join(text for text in found if text):
        pytest.fail(said)


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
    text = said.decode(errors="replace")
    # it is content with what it had no time to ask
    good = asked.returncode == 0 and "✅ Coverage" in text
    return "" if good else f"{name}\n{text}"
