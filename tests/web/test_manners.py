"""What holds on every screen: who may only look, whose it is, the keyboard alone, a network that is away."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from harness.browser import Person
from harness.world import World

Opens = Callable[..., Awaitable[Person]]

# of buttons and links that change something
CHANGING = ("Add", "Edit", "Delete", "Make", "Revoke", "Save", "Allow", "Assign", "Connect", "Move")
TOKEN_SECONDS = 600
REFRESHED_AHEAD_SECONDS = 45


async def settled(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.timeout(120)
async def test_a_viewer_is_offered_nothing_that_changes(opens: Opens, kept: dict[str, str]) -> None:
    person = await opens()
    await person.sign_in(kept["tenant"], role="viewer")
    offered: dict[str, list[str]] = {}
    for path in (
        "/",
        "/trunks/{trunk}",
        "/numbers",
        "/numbers/{number}",
        "/answering",
        "/calls",
        "/settings",
    ):
        await person.page.goto(path.format(**kept))
        await settled(person.page)
        words = await person.page.get_by_role("button").or_(person.page.get_by_role("link")).all_inner_texts()
        if found := [word for word in words if word.strip().startswith(CHANGING)]:
            offered[path] = found
    assert offered == {}


async def test_each_address_of_another_tenant_is_nothing(opens: Opens, kept: dict[str, str]) -> None:
    person = await opens()
    await person.sign_in("t_web_stranger")
    nothing = person.page.get_by_role("heading", name="There is nothing at this address")
    for path in (
        "/trunks/{trunk}",
        "/trunks/{trunk}/edit",
        "/numbers/{number}",
        "/answering/agents/{agent}",
        "/answering/plans/{plan}",
        "/calls/{call}",
        "/connect/{onboarding}/numbers",
    ):
        await person.page.goto(path.format(**kept))
        await expect(nothing, path).to_be_visible()


async def test_a_trunk_is_added_with_the_keyboard_alone(opens: Opens) -> None:
    person = await opens()
    page = person.page
    await person.sign_in("t_web_keyboard", path="/trunks/new")
    await settled(page)
    await _tab_to(page, "What do you call it?")
    await page.keyboard.type("Acme by keyboard")
    await _tab_to(page, "From which addresses may calls come?")
    await page.keyboard.type("81.2.69.0/28")
    await _tab_to(page, "Add this trunk")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Acme by keyboard")).to_be_focused()


async def _tab_to(page: Page, name: str) -> None:
    """Each stop on the way shows that it has the focus."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        here: dict[str, Any] = await page.evaluate(
            """() => {
                const one = document.activeElement, shown = getComputedStyle(one);
                const labels = [...(one.labels ?? [])].map((label) => label.innerText);
                const words = [one.ariaLabel, one.innerText, ...labels];
                const marked = shown.outlineStyle !== 'none' || shown.boxShadow !== 'none'
                    || shown.borderColor !== getComputedStyle(document.body).borderColor;
                return { words: words.filter(Boolean).join(' '), marked };
            }"""
        )
        assert here["marked"], f"nobody sees that {here['words']!r} has the focus"
        if name in here["words"]:
            return
    raise AssertionError(f"the keyboard does not come to {name!r}")


async def test_an_answer_that_was_lost_makes_nothing_twice(opens: Opens, world: World) -> None:
    person = await opens()
    page = person.page
    await person.sign_in("t_web_lost_answer", path="/trunks/new")
    await page.get_by_label("What do you call it?").fill("Acme once")
    await page.get_by_label("From which addresses").fill("81.2.69.0/28")

    async def lost(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/api/v1/sip/trunks", lost)
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.unroute("**/api/v1/sip/trunks")
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_role("heading", name="Acme once")).to_be_visible()
    tenant = world.tenant("t_web_lost_answer", through_door=True)
    trunks = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"]
    assert [trunk["name"] for trunk in trunks] == ["Acme once"]


async def test_the_session_goes_on_while_a_form_is_filled_in(opens: Opens) -> None:
    person = await opens()
    page = person.page
    await page.clock.install()
    await person.sign_in("t_web_refresh", path="/trunks/new")
    await page.get_by_label("What do you call it?").fill("Half typed")
    async with page.expect_response(
        lambda answer: (
            answer.request.post_data is not None and "grant_type=refresh_token" in answer.request.post_data
        )
    ) as refresh:
        await page.clock.fast_forward((TOKEN_SECONDS - REFRESHED_AHEAD_SECONDS + 1) * 1000)
    assert (await refresh.value).ok
    await expect(page.get_by_label("What do you call it?")).to_have_value("Half typed")
    await page.get_by_label("From which addresses").fill("81.2.69.0/28")
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_role("heading", name="Half typed")).to_be_visible()


async def test_a_second_tab_is_signed_in_and_shows_what_the_first_one_did(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_tabs", through_door=True)
    trunk = await tenant.create_trunk("Acme in two tabs")
    person = await opens()
    await person.sign_in("t_web_tabs", path=f"/trunks/{trunk['id']}/edit")
    second = await person.context.new_page()
    await second.goto("/trunks")
    await expect(second.get_by_role("row", name="Acme in two tabs")).to_be_visible()
    await person.page.get_by_label("What do you call it?").fill("Renamed in the first")
    await person.page.get_by_role("button", name="Save changes").click()
    await expect(person.page.get_by_role("heading", name="Renamed in the first")).to_be_visible()
    await expect(second.get_by_role("row", name="Renamed in the first")).to_be_visible()
