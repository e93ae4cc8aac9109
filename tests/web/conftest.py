"""A browser of Debian before the door of the world that the other stories use."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from harness.browser import CHROMIUM, Person
from harness.components.door import WEB
from harness.line import kept_number
from harness.phones import STRANGER
from harness.world import World

Opens = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opens(browser: Browser, world: World) -> AsyncIterator[Opens]:
    """Opens a window; what its browser complains of fails the test."""
    if not (WEB / "index.html").exists():
        pytest.fail("the web application is not built: make web")
    people: list[Person] = []

    async def opened(**how: object) -> Person:
        person = await Person.at(browser, world.services["door"].url, **how)
        people.append(person)
        return person

    yield opened
    for person in people:
        await person.leave()
    assert [fault for person in people for fault in person.faults] == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept(world: World) -> dict[str, str]:
    return await made(world)


async def made(world: World) -> dict[str, str]:
    """A tenant with one of each, a call that was answered and one that was refused."""
    line = await kept_number(world, await world.phones.agent())
    assert (await (await line.dial()).outcome()).result.as_told
    await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
    await line.tenant.rejection(line.trunk["id"])
    tenant = line.tenant
    call = await line.last_call()
    await tenant.create_trunk("اتصالات " + "Ω" * 60 + " 🍕")
    numbers = (await tenant.rest("phone-sources").get("/api/v1/phone/numbers")).json()["numbers"]
    agents = (await tenant.rest("call-control").get("/api/v1/agents")).json()["agents"]
    plans = (await tenant.rest("call-control").get("/api/v1/routing/plans")).json()["plans"]
    onboarding = await tenant.begun(
        trunk_id=call["trunk_id"],
        provider_name="Acme Telecom",
        numbers=[{"number_id": one["id"], "number": one["number"]} for one in numbers],
        agent_id=agents[0]["id"],
        plan_id=plans[0]["id"],
    )
    return {
        "onboarding": onboarding["id"],
        "tenant": tenant.tenant_id,
        "trunk": call["trunk_id"],
        "number": numbers[0]["id"],
        "agent": agents[0]["id"],
        "plan": plans[0]["id"],
        "call": call["id"],
    }
