"""A person before the web application: a window of Debian's Chromium, driven by Playwright.

What the browser itself complains of is kept: an error of a script, and what the page's policy forbids.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from harness.paths import REPOSITORY

CHROMIUM = "/usr/bin/chromium-headless-shell"
AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDE = {"width": 1440, "height": 900}
PICTURED = (1440, 768, 320)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SECONDS = 15.0
# the browser's own word for an answer of 4xx or 5xx, which the screens tell in theirs
_ANSWERED = "Failed to load resource"


@dataclass
class Person:
    page: Page
    context: BrowserContext
    url: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    async def at(
        cls, browser: Browser, url: str, *, locale: str = "en-GB", dark: bool = False, **how: Any
    ) -> Self:
        """With a window of its own, as new: no cookie, nobody signed in."""
        context = await browser.new_context(
            base_url=url,
            locale=locale,
            timezone_id="Europe/London",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            viewport=how.pop("viewport", WIDE),
            **how,
        )
        context.set_default_timeout(_SECONDS * 1000)
        expect.set_options(timeout=_SECONDS * 1000)
        person = cls(await context.new_page(), context, url)
        person.page.on("console", person._heard)
        person.page.on("pageerror", lambda error: person.faults.append(str(error)))
        return person

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_ANSWERED):
            self.faults.append(message.text)

    async def sign_in(self, tenant: str, role: str = "owner", path: str = "/", name: str = "dev") -> None:
        """By the development issuer's page."""
        await self.page.goto(path)
        await (
            self.page.get_by_role("button", name="Sign in")
            .or_(self.page.get_by_role("button", name="Anmelden"))
            .click()
        )
        await self.page.get_by_label("Tenant").fill(tenant)
        await self.page.get_by_label("Role").select_option(role)
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("navigation")).to_be_visible()

    async def barriers(self) -> list[Mapping[str, Any]]:
        """What axe finds on the page as it is now: the rule, and where it is broken."""
        await self.page.evaluate(AXE.read_text())
        found: dict[str, Any] = await self.page.evaluate(
            "rules => axe.run(document, { runOnly: rules })", _RULES
        )
        return [
            {"rule": one["id"], "at": [node["target"] for node in one["nodes"]]}
            for one in found["violations"]
        ]

    async def picture(self, file: Path) -> None:
        await self.page.screenshot(path=file, full_page=True)

    async def leave(self) -> None:
        await self.context.close()


async def pictured(person: Person, name: str) -> None:
    """For whoever asked for pictures (make screenshots): as wide as a laptop, a tablet and a telephone."""
    folder = os.environ.get("SCREENSHOTS")
    before = person.page.viewport_size
    for width in PICTURED if folder else ():
        await person.page.set_viewport_size({"width": width, "height": 900})
        await person.picture(Path(str(folder)) / f"{name}-{width}.png")
    if folder and before:
        await person.page.set_viewport_size(before)
