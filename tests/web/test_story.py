"""The shortest story of the web application: a person connects a provider, another one may only look."""

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from harness.browser import Person
from harness.world import World

Opens = Callable[..., Awaitable[Person]]


async def test_a_person_signs_in_adds_a_trunk_and_sees_it_in_force(opens: Opens) -> None:
    person = await opens()
    page = person.page
    await person.sign_in("t_web_story", path="/trunks")
    await page.get_by_role("link", name="Add a trunk").click()
    await page.get_by_label("What do you call it?").fill("Acme Telecom")
    await page.get_by_label("From which addresses may calls come?").fill("81.2.69.0/33\n81.2.69.144")
    await page.get_by_role("button", name="Add this trunk").click()
    # the service says what is wrong, at the field and the line
    await expect(page.get_by_text("line 1:")).to_be_visible()
    await page.get_by_label("From which addresses may calls come?").fill("81.2.69.0/28")
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_role("heading", name="Acme Telecom")).to_be_focused()
    await expect(page.get_by_role("cell", name="in force, version 1")).to_be_visible()
    # a reload asks the issuer without a page, and comes back to the same place
    address = page.url
    await page.reload()
    await expect(page.get_by_role("heading", name="Acme Telecom")).to_be_visible()
    assert page.url == address
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in kept
    await page.get_by_role("link", name="Trunks").click()
    await expect(page.get_by_role("row", name="Acme Telecom")).to_be_visible()


async def test_a_viewer_sees_it_and_can_change_nothing(opens: Opens, world: World) -> None:
    trunk = await world.tenant("t_web_viewer", through_door=True).create_trunk("Acme Telecom")
    person = await opens()
    page = person.page
    await person.sign_in("t_web_viewer", role="viewer")
    await page.get_by_role("link", name="Acme Telecom").click()
    await expect(page.get_by_role("heading", name="Acme Telecom")).to_be_visible()
    for verb in ("Edit", "Delete", "Add a trunk"):
        await expect(page.get_by_role("link", name=verb)).to_have_count(0)
        await expect(page.get_by_role("button", name=verb)).to_have_count(0)
    # whoever types the address of the form is refused by the service
    await page.goto(f"/trunks/{trunk['id']}/edit")
    await page.get_by_label("What do you call it?").fill("Mine")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("alert")).to_contain_text("role_forbidden")
