"""A browser of Debian before the door of the world that the other stories use."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from harness.browser import CHROMIUM, Person
from harness.components.door import WEB
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
