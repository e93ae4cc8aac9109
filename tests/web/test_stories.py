"""Whole stories: a small business with two numbers, services that die in a step, and an operator."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from harness.browser import Person
from harness.world import World

Opens = Callable[..., Awaitable[Person]]

NETWORK = "127.0.1.0/24"


async def _asks(page: Page, question: str) -> None:
    await expect(page.get_by_role("heading", level=1, name=question)).to_be_visible()


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def _comes_to_the_provider(page: Page) -> None:
    await page.goto("/connect")
    await _asks(page, "What line do you have today?")
    await _press(page, "Continue")
    await _asks(page, "Who sends you the calls?")


async def _connects(page: Page, number: str, agent: str, uri: str, trunk: str = "") -> None:
    """One number by the guided way, until it is time to call it. trunk: one that is here already."""
    await _comes_to_the_provider(page)
    if trunk:
        await page.get_by_label("Is it here already?").select_option(label=trunk)
    else:
        await page.get_by_label("What is it called?").fill("Acme Telecom")
        await page.get_by_label("From which addresses").fill(NETWORK)
    await _press(page, "Continue")
    await _asks(page, "Now tell Acme Telecom")
    await _press(page, "Continue")
    await _asks(page, "Which numbers should be answered here?")
    await page.get_by_role("textbox", name="Numbers").fill(number)
    await _press(page, "Continue with 1")
    await _asks(page, "Who answers this number?")
    await page.get_by_label("What do you call the agent?").fill(agent)
    await page.get_by_label("At which SIP address is it called?").fill(uri)
    await _press(page, "Continue")
    await expect(page.get_by_text(f"{agent} would answer.")).to_be_visible()


@pytest.mark.timeout(300)
async def test_a_small_business_has_two_numbers_with_an_agent_each(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_business", through_door=True)
    person = await opens()
    page = person.page
    await person.sign_in("t_web_business")
    agents = {"+442079460731": "Receptionist", "+442079460732": "Orders"}
    trunk = ""
    for number, agent in agents.items():
        phone = await world.phones.agent()
        await _connects(page, number, agent, phone.uri, trunk)
        trunk = "Acme Telecom"
        (only,) = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"]
        dialled = await world.phones.dial(number, only["domain"], "caller_is_answered", hold=1.0)
        assert (await dialled.outcome()).result.as_told
        await expect(page.get_by_text(f"Your number works: {agent} answered after")).to_be_visible()

    # each number has kept its own
    await page.goto("/numbers")
    for number, agent in (("+44 20 7946 0731", "Receptionist"), ("+44 20 7946 0732", "Orders")):
        await expect(page.get_by_role("row", name=number)).to_contain_text(agent)


@pytest.mark.timeout(300)
async def test_a_service_that_dies_in_a_step_loses_nothing_and_makes_nothing_twice(
    opens: Opens, world: World
) -> None:
    tenant = world.tenant("t_web_killed", through_door=True)
    person = await opens()
    page = person.page
    await person.sign_in("t_web_killed")
    await _comes_to_the_provider(page)
    await page.get_by_label("What is it called?").fill("Acme Telecom")
    await page.get_by_label("From which addresses").fill(NETWORK)
    await _killed_before_it_answers(page, world, "sip-config", "/api/v1/sip/trunks")
    await _asks(page, "Now tell Acme Telecom")
    await _press(page, "Continue")
    await page.get_by_role("textbox", name="Numbers").fill("+44 20 7946 0741")
    await expect(page.get_by_role("button", name="Continue with 1")).to_be_visible()
    await _killed_before_it_answers(page, world, "phone-sources", "/api/v1/phone/numbers:bulkCreate")
    await _asks(page, "Who answers this number?")

    trunks = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"]
    assert [one["name"] for one in trunks] == ["Acme Telecom"]
    numbers = (await tenant.rest("phone-sources").get("/api/v1/phone/numbers")).json()["numbers"]
    assert [(one["number"], one["trunk_id"]) for one in numbers] == [("+442079460741", trunks[0]["id"])]
    onboardings = (await tenant.rest("sip-config").get("/api/v1/sip/onboardings")).json()["onboardings"]
    assert [one["next_step"] for one in onboardings] == ["agent"]


async def _killed_before_it_answers(page: Page, world: World, service: str, path: str) -> None:
    """The step is sent three times: it was done and nobody heard so, nobody was there, all is well again."""

    async def done_and_lost(route: Route) -> None:
        if route.request.method != "POST":
            return await route.fallback()
        assert (await route.fetch()).ok
        await world.kill(service)
        await route.abort("connectionreset")

    address = re.compile(re.escape(path) + "$")
    await page.route(address, done_and_lost)
    carry_on = page.get_by_role("button", name="Continue")
    alert = page.get_by_role("alert")
    await carry_on.click()
    await expect(alert).to_contain_text("What you typed is still here.")
    await page.unroute(address)
    await carry_on.click()
    await expect(alert).to_contain_text("service_unavailable")
    await world.start(service)
    await carry_on.click()


async def test_an_operator_sees_how_connecting_goes_and_nobody_else_does(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_counted", through_door=True)
    rest = tenant.rest("sip-config")
    untested = await tenant.begun()
    await rest.delete(f"/api/v1/sip/onboardings/{untested['id']}", headers={"if-match": "*"})
    operator = await opens()
    page = operator.page
    await operator.sign_in("platform", role="operator")
    await _asks(page, "How connecting goes")
    asked = world.tenant("platform", "operator", through_door=True).rest("sip-config")
    told = (await asked.get("/api/v1/sip/onboardings/success")).json()
    became = page.get_by_role("list", name="What became of them")
    for name, count in (("Under way", told["open"]), ("Given up", told["abandoned"])):
        # a half goes up, as on the screen
        share = f"{int(100 * count / told['begun'] + 0.5)}%"
        await expect(became.get_by_role("listitem").filter(has_text=name)).to_have_text(
            f"{name}{count} ({share})"
        )
    stopped = page.get_by_role("list", name="Where people stop").get_by_role("listitem")
    await expect(stopped).to_have_count(len(told["stopped_at"]))
    # another time, in the address
    await page.get_by_label("Until which day?").fill("2020-01-31")
    await expect(page).to_have_url(re.compile(r"/onboardings\?to=2020-01-31$"))
    await expect(page.get_by_text("Nobody began to connect a number in this time.")).to_be_visible()
    await page.get_by_label("From which day?").fill("2020-02-01")
    await expect(page.get_by_text("This lies before the first day.")).to_be_visible()

    viewer = await opens()
    await viewer.sign_in("t_web_counted", role="viewer", path="/onboardings")
    await _asks(viewer.page, "There is nothing at this address")
    await expect(viewer.page.get_by_role("link", name="Onboardings")).to_have_count(0)
