"""Each screen in both themes, wide and narrow: axe finds nothing, nothing sticks out, no browser complains.

SCREENSHOTS names a folder for pictures of all of them (make screenshots).
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from harness.browser import Person
from harness.line import kept_number
from harness.world import World

Opens = Callable[..., Awaitable[Person]]

WIDTHS = (1440, 320)
PICTURED = (1440, 768, 320)
SCREENS = {
    "trunks": "/trunks",
    "trunk-new": "/trunks/new",
    "trunk": "/trunks/{trunk}",
    "trunk-numbers": "/trunks/{trunk}?tab=numbers",
    "trunk-edit": "/trunks/{trunk}/edit",
    "numbers": "/numbers",
    "number-new": "/numbers/new",
    "number": "/numbers/{number}",
    "answering": "/answering",
    "agent-new": "/answering/agents/new",
    "agent": "/answering/agents/{agent}",
    "plan-new": "/answering/plans/new",
    "plan": "/answering/plans/{plan}",
    "calls": "/calls",
    "call": "/calls/{call}",
    "keys": "/settings/keys",
    "audit": "/settings/audit",
    "nowhere": "/nothing/here",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kept(world: World) -> dict[str, str]:
    return await made(world)


async def made(world: World) -> dict[str, str]:
    """A tenant with one of each, and a call that was answered."""
    line = await kept_number(world, await world.phones.agent())
    assert (await (await line.dial()).outcome()).result.as_told
    tenant = line.tenant
    call = await line.last_call()
    await tenant.create_trunk("اتصالات " + "Ω" * 60 + " 🍕")
    numbers = (await tenant.rest("phone-sources").get("/api/v1/phone/numbers")).json()["numbers"]
    agents = (await tenant.rest("call-control").get("/api/v1/agents")).json()["agents"]
    plans = (await tenant.rest("call-control").get("/api/v1/routing/plans")).json()["plans"]
    return {
        "tenant": tenant.tenant_id,
        "trunk": call["trunk_id"],
        "number": numbers[0]["id"],
        "agent": agents[0]["id"],
        "plan": plans[0]["id"],
        "call": call["id"],
    }


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("dark", "locale"), [(False, "en-GB"), (True, "de-DE")], ids=["light", "dark"])
async def test_axe_finds_nothing(opens: Opens, kept: dict[str, str], dark: bool, locale: str) -> None:
    person = await opens(dark=dark, locale=locale)
    page = person.page
    await person.sign_in(kept["tenant"])
    wrong: dict[str, object] = {}
    for name, path in SCREENS.items():
        await page.goto(path.format(**kept))
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        await _pictures(person, f"{name}-{'dark' if dark else 'light'}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if found := await person.barriers():
                wrong[f"{name} {width}"] = found
            if await page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            ):
                wrong[f"{name} {width} is wider than the window"] = True
    assert wrong == {}


async def _pictures(person: Person, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    for width in PICTURED if folder else ():
        await person.page.set_viewport_size({"width": width, "height": 900})
        await person.picture(Path(str(folder)) / f"{name}-{width}.png")
