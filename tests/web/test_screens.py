"""Each screen in both themes, wide and narrow: axe finds nothing, nothing sticks out, no browser complains.

SCREENSHOTS names a folder for pictures of all of them (make screenshots).
"""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from playwright.async_api import Page, expect

from harness.browser import Person, pictured

Opens = Callable[..., Awaitable[Person]]

WIDTHS = (1440, 320)
SCREENS = {
    "dashboard": "/",
    "trunks": "/trunks",
    "trunk-new": "/trunks/new",
    "trunk": "/trunks/{trunk}",
    "trunk-numbers": "/trunks/{trunk}?tab=numbers",
    "trunk-refusals": "/trunks/{trunk}?tab=refusals",
    "trunk-changes": "/trunks/{trunk}?tab=changes",
    "trunk-edit": "/trunks/{trunk}/edit",
    "numbers": "/numbers",
    "number-new": "/numbers/new",
    "numbers-many": "/numbers/many",
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
    "addresses": "/settings/addresses",
    "connect": "/connect",
    "connect-line": "/connect/{onboarding}/line",
    "connect-provider": "/connect/{onboarding}/provider",
    "connect-numbers": "/connect/{onboarding}/numbers",
    "connect-agent": "/connect/{onboarding}/agent",
    "connect-call": "/connect/{onboarding}/call",
    "connect-live": "/connect/{onboarding}/live",
    "nowhere": "/nothing/here",
}
OPERATORS = {
    "onboardings": "/onboardings",
    "onboardings-none": "/onboardings?from=2020-01-01&to=2020-01-02",
}


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("dark", "locale"), [(False, "en-GB"), (True, "de-DE")], ids=["light", "dark"])
async def test_axe_finds_nothing(opens: Opens, kept: dict[str, str], dark: bool, locale: str) -> None:
    person = await opens(dark=dark, locale=locale)
    await person.sign_in(kept["tenant"])
    wrong = await _walked(person, SCREENS, kept, dark=dark)
    operator = await opens(dark=dark, locale=locale)
    await operator.sign_in("platform", role="operator")
    wrong |= await _walked(operator, OPERATORS, kept, dark=dark)
    assert wrong == {}


async def _walked(
    person: Person, screens: Mapping[str, str], kept: Mapping[str, str], *, dark: bool
) -> dict[str, object]:
    """What is wrong on them."""
    page = person.page
    wrong: dict[str, object] = {}
    for name, path in screens.items():
        await page.goto(path.format(**kept))
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        await pictured(person, f"{name}-{'dark' if dark else 'light'}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if found := await person.barriers():
                wrong[f"{name} {width}"] = found
            if await page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            ):
                wrong[f"{name} {width} is wider than the window"] = True
        if await _sticks_out_of_text_twice_as_large(page):
            wrong[f"{name} at 200 % text"] = True
    return wrong


async def _sticks_out_of_text_twice_as_large(page: Page) -> bool:
    """WCAG 1.4.4, at the width of a laptop."""
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide: bool = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    await page.evaluate("document.documentElement.style.fontSize = ''")
    return wide
