"""What happens stands on the dashboard while it happens, and when the live view is lost it says so."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from harness.browser import Person
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

    caller = await line.dial(hold=4.0)
    call = page.get_by_role("row").filter(has_text="Agent 1 is talking with the caller.")
    await expect(call).to_be_visible()
    assert (await caller.outcome()).result.as_told
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()

    await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
    await expect(page.get_by_text(f"We refused a call from {STRANGER}")).to_be_visible()
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
        caller = await line.dial(hold=12.0)
    finally:
        await world.start("call-control")
    # begun while nobody could tell it
    await expect(page.get_by_text("Agent 1 is talking with the caller.")).to_be_visible()
    await expect(lost).to_have_count(0)
    assert (await caller.outcome()).result.as_told
    await expect(page.get_by_text("Nobody is on the telephone right now.")).to_be_visible()
