"""A number goes live by the screens alone, and what one person may not see or change."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from harness.browser import Person
from harness.until import until
from harness.world import World

Opens = Callable[..., Awaitable[Person]]

PROVIDER_NETWORK = "127.0.1.0/24"


async def adds_number(page: Page, written: str) -> None:
    await page.goto("/numbers/new")
    await page.get_by_label("Which number?").fill(written)
    await page.get_by_role("combobox", name="Which trunk").click()
    await page.get_by_role("option", name="Acme Telecom").click()
    await page.get_by_role("button", name="Add this number").click()


async def test_a_number_is_connected_called_and_the_call_is_told(opens: Opens, world: World) -> None:
    agent = await world.phones.agent()
    tenant = world.tenant("t_web_number", through_door=True)
    person = await opens()
    page = person.page
    await person.sign_in("t_web_number", path="/trunks/new")

    await page.get_by_label("What do you call it?").fill("Acme Telecom")
    await page.get_by_label("From which addresses").fill(PROVIDER_NETWORK)
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_role("heading", name="Acme Telecom")).to_be_visible()
    domain = await page.locator("code").first.inner_text()

    await adds_number(page, "020 7946 0777")
    await expect(page.get_by_role("row", name="+44 20 7946 0777")).to_contain_text("nobody yet")

    # of Ofcom's fictitious range, which no numbering plan has: it is taken, and told
    await adds_number(page, "07700 900777")
    await expect(page.get_by_role("heading", name="+44 7700 900777")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="numbering plan")).to_be_visible()

    await page.goto("/answering/agents/new")
    await page.get_by_label("What do you call it?").fill("Receptionist")
    await page.get_by_label("SIP address").fill(agent.uri)
    await page.get_by_role("button", name="Add this agent").click()
    row = page.get_by_role("row", name="Receptionist")
    await expect(row).to_contain_text("answers within")
    await page.get_by_role("link", name="Add a plan").click()
    await page.get_by_label("What do you call it?").fill("Front desk")
    await page.get_by_role("combobox", name="Which numbers?").click()
    await page.get_by_role("option", name="+44 20 7946 0777").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("combobox", name="Who answers first?").click()
    await page.get_by_role("option", name="Receptionist").click()
    await page.get_by_role("button", name="Add this plan").click()
    await expect(page.get_by_role("heading", name="Front desk")).to_be_visible()

    trunk = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"][0]
    await tenant.in_force(trunk["id"], number_count=2)
    await tenant.decides(trunk["id"], "+442079460777")
    await page.get_by_role("button", name="Ask").click()
    await expect(page.get_by_text("Receptionist would answer.")).to_be_visible()

    dialled = await world.phones.dial("+442079460777", domain, "caller_is_answered", hold=1.0)
    assert (await dialled.outcome()).result.as_told

    async def told() -> bool:
        await page.goto("/calls")
        await expect(page.get_by_role("heading", name="Calls")).to_be_visible()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        return await page.get_by_text("Answered by Receptionist for").count() > 0

    await until(told, 60, "the call in the list")
    await page.get_by_role("row").nth(1).get_by_role("link").click()
    await expect(page.get_by_role("listitem").filter(has_text="Receptionist answers after")).to_be_visible()


async def test_what_belongs_to_another_tenant_is_not_there(opens: Opens, world: World) -> None:
    theirs = await world.tenant("t_web_theirs", through_door=True).create_trunk("Theirs")
    person = await opens()
    await person.sign_in("t_web_ours", path=f"/trunks/{theirs['id']}")
    await expect(person.page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    await expect(person.page.get_by_text("Theirs")).to_have_count(0)


async def test_whoever_was_second_is_told_and_loads_the_current_version(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_second", through_door=True)
    trunk = await tenant.create_trunk("Acme")
    person = await opens()
    page = person.page
    await person.sign_in("t_web_second", path=f"/trunks/{trunk['id']}/edit")
    name = page.get_by_label("What do you call it?")
    await name.fill("Acme by me")
    await tenant.change_trunk(trunk["id"], name="Acme by another")
    # what was typed belongs to a version that is no longer the current one
    await page.reload()
    await expect(name).to_have_value("Acme by another")
    await name.fill("Acme by me")
    await tenant.change_trunk(trunk["id"], name="Acme by a third")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this")
    await page.get_by_role("button", name="Load the current version").click()
    await expect(name).to_have_value("Acme by a third")
    await name.fill("Acme by me")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("heading", name="Acme by me")).to_be_visible()


async def test_a_key_is_shown_once(opens: Opens) -> None:
    person = await opens()
    page = person.page
    await person.sign_in("t_web_key", path="/settings/keys")
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_label("What is it for?").fill("Billing")
    await page.get_by_label("calls:read").check()
    await page.get_by_role("dialog").get_by_role("button", name="Make a key").click()
    secret = page.get_by_role("status").locator("code")
    await expect(secret).to_contain_text("kl_")
    shown = await secret.inner_text()
    await page.reload()
    await expect(page.get_by_role("row", name="Billing")).to_be_visible()
    assert shown not in await page.content()


async def test_a_lost_session_keeps_the_page_and_comes_back_to_it(opens: Opens, world: World) -> None:
    person = await opens()
    page = person.page
    await person.sign_in("t_web_lost", path="/trunks/new")
    await page.get_by_label("What do you call it?").fill("Half typed")
    # the issuer forgets everybody, as when it is started again
    await world.stop("issuer")
    await world.start("issuer")
    await page.route("**/api/v1/**", lambda route: route.fulfill(status=401, json={"code": "token_expired"}))
    await page.get_by_role("button", name="Add this trunk").click()
    await expect(page.get_by_text("Your session has ended")).to_be_visible()
    await expect(page.get_by_label("What do you call it?")).to_have_value("Half typed")
    await page.unroute("**/api/v1/**")
    await page.get_by_role("button", name="Sign in again").click()
    await page.get_by_label("Tenant").fill("t_web_lost")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_label("What do you call it?")).to_have_value("Half typed")
