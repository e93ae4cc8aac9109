"""Daily work with trunks and numbers: what was refused is mended on the trunk's own page."""

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from harness.browser import Person
from harness.line import kept_number
from harness.phones import PROVIDER
from harness.world import World

Opens = Callable[..., Awaitable[Person]]


async def test_a_refusal_is_mended_on_its_trunk_and_the_next_call_is_answered(
    opens: Opens, world: World
) -> None:
    line = await kept_number(world, await world.phones.agent(), cidrs=["127.0.1.128/25"])
    person = await opens()
    page = person.page
    await person.sign_in(line.tenant.tenant_id, path=f"/trunks/{line.trunk['id']}?tab=refusals")
    await expect(page.get_by_text("Nothing was turned away on this trunk.")).to_be_visible()

    await line.refused(403)
    # it comes by itself
    await expect(page.get_by_text(f"We refused a call from {PROVIDER}")).to_be_visible()
    await page.get_by_role("button", name=f"Allow {PROVIDER}", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text=PROVIDER)).to_be_visible()
    await line.tenant.in_force(line.trunk["id"], number_count=1)
    assert (await (await line.dial()).outcome()).result.as_told

    words = {"STATUS": "420", "HEADERS": "Require: path\r\n"}
    assert (await (await line.dial("caller_is_refused", words=words)).outcome()).result.as_told
    await expect(page.get_by_text("requires the extension path of SIP, which we do not have")).to_be_visible()

    await page.get_by_role("tab", name="Changes").click()
    await expect(page.get_by_role("cell", name="source_cidrs").first).to_be_visible()
    await page.get_by_role("tab", name="Calls").click()
    await expect(page.get_by_role("cell", name="Answered by Agent 1")).to_be_visible()


async def test_a_form_is_judged_while_it_is_typed_and_nothing_is_written(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_judged", through_door=True)
    person = await opens()
    page = person.page
    await person.sign_in("t_web_judged", path="/trunks/new")
    sources = page.get_by_label("From which addresses may calls come?")
    await sources.fill("81.2.69.144\n81.2.69.0/33")
    await expect(page.get_by_text("line 2:")).to_be_visible()
    await expect(sources).to_be_focused()
    # a field that nobody came to is not wrong yet
    await expect(page.get_by_role("textbox", name="What do you call it?")).not_to_have_attribute(
        "aria-invalid", "true"
    )
    await sources.fill("81.2.69.144\n81.2.69.0/28")
    await expect(page.get_by_text("line 2:")).to_have_count(0)
    # no edge of this platform calls over TLS
    await page.get_by_role("button", name="Add an address").click()
    await expect(page.get_by_label("Transport").get_by_role("option")).to_have_text(["udp", "tcp"])
    assert (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"] == []

    trunk = await tenant.create_trunk("Acme")
    await tenant.create_number("020 7946 0888", trunk["id"])
    await page.goto("/numbers/new")
    await page.get_by_role("combobox", name="Which trunk").click()
    await page.get_by_role("option", name="Acme").click()
    await page.get_by_label("Which number?").fill("+44 20 7946 0888")
    await expect(page.get_by_text("You hold +442079460888 already")).to_be_visible()


async def test_numbers_are_pasted_and_given_to_one_plan_at_once(opens: Opens, world: World) -> None:
    tenant = world.tenant("t_web_many", through_door=True)
    trunk = await tenant.create_trunk("Acme")
    await tenant.create_number("020 7946 0701", trunk["id"])
    desk = await tenant.create_sip_agent("Desk", "sip:desk@agents.example.com;transport=tcp")
    night = await tenant.create_sip_agent("Night", "sip:night@agents.example.com;transport=tcp")
    old = await tenant.create_plan("Old", ["+442079460701"], desk["id"])
    new = await tenant.create_plan("New", [], night["id"])
    person = await opens()
    page = person.page
    await person.sign_in("t_web_many", path="/numbers/many")
    await page.get_by_role("textbox").last.fill("(020) 7946-0702;Kitchen\n+44 20 7946 0703\n12")
    await expect(page.get_by_text("number_too_short")).to_be_visible()
    await page.get_by_role("button", name="Add 2 numbers").click()
    await expect(page.get_by_role("row", name="+44 20 7946 0702")).to_contain_text("Kitchen")

    await page.get_by_role("button", name="Choose all 3").click()
    await page.get_by_role("checkbox", name="+44 20 7946 0703").uncheck()
    await page.get_by_role("combobox", name="Plan").click()
    await page.get_by_role("option", name="New").click()
    await page.get_by_role("button", name="Give them this plan").click()
    await expect(page.get_by_role("row", name="+44 20 7946 0701")).to_contain_text("Night")
    await expect(page.get_by_role("row", name="+44 20 7946 0703")).to_contain_text("nobody yet")
    router = tenant.rest("call-control")
    plans = (await router.get("/api/v1/routing/plans")).json()["plans"]
    assert {one["id"]: sorted(one["numbers"]) for one in plans} == {
        old["id"]: [],
        new["id"]: ["+442079460701", "+442079460702"],
    }
