"""What happens stands on the dashboard while it happens, and when the live view is lost it says so."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Request, expect

from harness.browser import Person, pictured
from harness.line import kept_number
from harness.phones import STRANGER
from harness.world import World

Opens = Callable[..., Awaitable[Person]]


async def test_a_call_and_a_refusal_are_told_and_mended_as_they_happen(opens: Opens, world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    person = await opens()
    page = person.page
    await person.sign_in(line.tenant.tenant_id)
    await expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()
    # no call was heard yet: probes alone make no trunk green
    await expect(page.get_by_role("row", name=str(line.trunk["name"]))).to_contain_text("Untested")
    await expect(page.get_by_text("As of")).to_be_visible()

    caller = await line.dial(hold=6.0)
    call = page.get_by_role("row").filter(has_text="Agent 1 is talking with the caller.")
    await expect(call).to_be_visible()
    assert (await caller.outcome()).result.as_told
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()

    await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
    await expect(page.get_by_text(f"We refused a call from {STRANGER}")).to_be_visible()
    await pictured(person, "story-dashboard")
    await page.get_by_role("button", name=f"Allow {STRANGER}").click()
    await expect(page.get_by_text(f"may send from {STRANGER} now. Call again.")).to_be_visible()
    assert f"{STRANGER}/32" in (await line.tenant.trunk(line.trunk["id"]))["source_cidrs"]


async def test_a_lost_stream_is_said_and_goes_on_where_it_was(opens: Opens, world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    person = await opens()
    page = person.page
    await person.sign_in(line.tenant.tenant_id)
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()
    lost = page.get_by_role("status").filter(has_text=re.compile("Live view lost .* ago; trying again"))
    await world.stop("call-control")
    try:
        await expect(lost).to_contain_text("What you see is from")
        # what was there stays, and the other streams go on
        await expect(page.get_by_role("row", name=str(line.trunk["name"]))).to_be_visible()
        caller = await line.dial(hold=20.0)
    finally:
        await world.start("call-control")
    # begun while nobody could tell it
    await expect(page.get_by_text("Agent 1 is talking with the caller.")).to_be_visible()
    await expect(lost).to_have_count(0)
    assert (await caller.outcome()).result.as_told
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()


async def test_calls_are_filtered_told_live_and_taken_along(opens: Opens, world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    person = await opens()
    page = person.page
    await person.sign_in(line.tenant.tenant_id, path="/calls?period=today")
    await expect(page.get_by_role("combobox", name="When")).to_have_value("Today")
    await expect(page.get_by_text("Nothing matches.")).to_be_visible()
    caller = await line.dial(hold=6.0, words={"HEADERS": "Privacy: id\r\n"})
    # it stands there and on its own page before its record does
    row = page.get_by_role("row").filter(has_text="Agent 1 is talking with the caller.")
    await expect(row.filter(has_text="Number withheld")).to_be_visible()
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="A withheld number called +44")).to_be_visible()
    ladder = page.get_by_role("listitem")
    await expect(ladder.filter(has_text="Agent 1 answers after")).to_be_visible()
    assert (await caller.outcome()).result.as_told
    await expect(ladder.filter(has_text="caller hangs up")).to_be_visible()
    await expect(page.get_by_text("call_ended")).to_be_visible()

    await page.go_back()
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_label("Came from").check()
    await page.get_by_label("What happened").uncheck()
    await page.reload()
    heads = page.get_by_role("columnheader")
    await expect(heads.filter(has_text="Came from")).to_be_visible()
    await expect(heads.filter(has_text="What happened")).to_have_count(0)
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Export as CSV").click()
    rows = (await (await started.value).path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 1 + 1
    assert rows[1].split(",")[3] == "withheld"
    assert line.number in rows[1]
    await page.get_by_role("combobox", name="Answered").click()
    await page.get_by_role("option", name="Not answered").click()
    await expect(page).to_have_url(re.compile("answered=.*false"))
    await expect(page.get_by_text("Nothing matches.")).to_be_visible()


async def test_tabs_of_one_person_share_what_is_read(opens: Opens, world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    person = await opens()
    await person.sign_in(line.tenant.tenant_id)
    nobody = "Nobody is on the telephone right now."
    await expect(person.page.get_by_text(nobody)).to_be_visible()
    other = await person.context.new_page()
    asked: list[Request] = []
    other.on("request", lambda request: asked.append(request) if "/stream" in request.url else None)
    await other.goto("/")
    await expect(other.get_by_text(nobody)).to_be_visible()
    assert asked == []
    caller = await line.dial(hold=10.0)
    talking = "Agent 1 is talking with the caller."
    for page in (person.page, other):
        await expect(page.get_by_text(talking)).to_be_visible()
    # whoever is left goes on where the other one was
    async with other.expect_request("**/api/v1/calls/stream") as told:
        await person.page.close()
    assert "last-event-id" in (await told.value).headers
    await expect(other.get_by_text(talking)).to_be_visible()
    assert (await caller.outcome()).result.as_told
    await expect(other.get_by_text(nobody)).to_be_visible()
