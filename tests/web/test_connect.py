"""The guided way, from a blank account to a number that is live, with real calls of the demo's provider."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from harness.browser import Person, pictured
from harness.phones import AGENT, PROVIDER, STRANGER
from harness.provider.served import provider_page
from harness.until import until
from harness.world import World
from switchlink.testing.free_ports import free_port

Opens = Callable[..., Awaitable[Person]]

MOST_FIELDS = 12
MOST_SECONDS = 300
# of a mail of a provider, as it is pasted
MAIL = "Hello, our SIP servers send from 127.0.1.0/24 (signalling and media). Regards, Acme"


@dataclass
class Provider:
    """The demo provider's page, by its JSON."""

    client: httpx.AsyncClient
    agent: str

    async def calls(self, number: str, domain: str, address: str = PROVIDER, talk: int = 2) -> dict[str, Any]:
        """Places a call, and waits until it has ended."""
        asked = {"number": number, "domain": domain, "address": address, "talk_seconds": talk}
        placed = (await self.client.post("/calls", json=asked)).raise_for_status().json()

        async def ended() -> dict[str, Any] | None:
            told: dict[str, Any] = (await self.client.get(f"/calls/{placed['id']}")).json()
            return told if told["state"] in ("ended", "refused", "failed") else None

        return await until(ended, 60, f"the end of the call to {number}")


@pytest_asyncio.fixture(loop_scope="session")
async def provider(world: World) -> AsyncIterator[Provider]:
    async with (
        provider_page(world.phones, free_port(AGENT), "", "") as address,
        httpx.AsyncClient(base_url=address, timeout=30) as client,
    ):
        # as a person reads it on the page
        agent = re.search(r"<code>(sip:[^<]+)</code>", (await client.get("/")).text)
        assert agent is not None
        yield Provider(client, agent[1])


@dataclass
class Way:
    """One person on the guided way; what is typed is counted."""

    page: Page
    typed: int = field(default=0)

    async def type(self, label: str, text: str) -> None:
        await self.page.get_by_label(label).fill(text)
        self.typed += 1

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()

    async def asks(self, question: str) -> None:
        await expect(self.page.get_by_role("heading", level=1, name=question)).to_be_visible()

    async def comes_to_the_call(self, numbers: str, agent: str, country: str = "") -> str:
        """From the blank account to "call it now"; the domain that the provider is told."""
        page = self.page
        await page.get_by_role("main").get_by_role("link", name="Connect a number").click()
        await self.asks("What line do you have today?")
        await self.press("Continue")
        await self.asks("Who sends you the calls?")
        await self.type("What is it called?", "Acme Telecom")
        if country:
            await page.get_by_role("combobox", name="In which country").click()
            await page.get_by_role("option", name=country).click()
        await self.type("From which addresses", MAIL)
        await expect(page.get_by_text("256 addresses: 127.0.1.0 to 127.0.1.255")).to_be_visible()
        await self.press("Continue")
        await self.asks("Now tell Acme Telecom")
        await expect(page.get_by_text("Calls from these addresses are let in now.")).to_be_visible()
        domain = await page.get_by_role("main").locator("code").first.inner_text()
        await expect(page.get_by_role("textbox", name="Text for my provider")).to_have_value(
            re.compile(re.escape(f"sip:+442079460123@{domain}"))
        )
        await self.press("Continue")
        await self.asks("Which numbers should be answered here?")
        await self.type("Numbers", numbers)
        await page.get_by_role("button", name="Continue with").click()
        await expect(page.get_by_role("heading", level=1, name="Who answers")).to_be_visible()
        await self.type("What do you call the agent?", "Receptionist")
        await self.type("At which SIP address is it called?", agent)
        await expect(page.get_by_text("it rings at Receptionist, for 20 s at the most")).to_be_visible()
        await self.press("Continue")
        await expect(page.get_by_text("Waiting for your call.")).to_be_visible()
        await expect(page.get_by_text("Receptionist would answer.")).to_be_visible()
        await expect(page.get_by_text("Receptionist answers within")).to_be_visible()
        return domain


@pytest.mark.timeout(400)
async def test_a_restaurant_goes_live_from_a_blank_account(
    opens: Opens, provider: Provider, world: World
) -> None:
    person = await opens()
    page = person.page
    way = Way(page)
    await person.sign_in("t_web_restaurant")
    began = time.monotonic()
    await way.asks("Your number, answered by a voice agent")
    domain = await way.comes_to_the_call("020 7946 0311", provider.agent)

    # the way has an address: the same step, as on another device
    address = page.url
    await page.reload()
    await way.asks("Call +44 20 7946 0311")
    assert page.url == address

    told = await provider.calls("+442079460311", domain)
    assert told["state"] == "ended", told
    await expect(page.get_by_text("Your number works: Receptionist answered after")).to_be_visible()
    await expect(page.get_by_text("Both sides were heard.")).to_be_visible()
    await pictured(person, "story-works")
    await way.press("Continue")
    await way.press("Go live")
    await expect(page.get_by_text("Please confirm this first.")).to_be_visible()
    await page.get_by_label("I understand that emergency calls").check()
    await way.press("Go live")
    await way.asks("Your number is live")
    seconds = time.monotonic() - began
    print(f"\nfrom a blank account to a live number: {way.typed} typed fields, {seconds:.0f} s")
    await pictured(person, "story-live")
    assert way.typed <= MOST_FIELDS
    assert seconds <= MOST_SECONDS
    # whoever is live needs no welcome any more
    await page.goto("/")
    await expect(page.get_by_role("link", name="Acme Telecom")).to_be_visible()


@pytest.mark.timeout(400)
async def test_what_is_refused_is_mended_and_the_next_call_passes(
    opens: Opens, provider: Provider, world: World
) -> None:
    person = await opens()
    page = person.page
    way = Way(page)
    await person.sign_in("t_web_mended")
    domain = await way.comes_to_the_call("+49 30 6543210", provider.agent)

    tenant = world.tenant("t_web_mended", through_door=True)
    trunk = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"][0]

    async def passes(number: str, address: str = PROVIDER, count: int = 1) -> None:
        """The next call, once what was mended is in force."""
        await expect(page.get_by_text("Waiting for your next call.")).to_be_visible()
        await tenant.in_force(trunk["id"], number_count=count)
        await tenant.decides(trunk["id"], number)
        told = await provider.calls(number, domain, address, talk=1)
        assert told["state"] == "ended", told
        await expect(page.get_by_text("Answered by Receptionist").first).to_be_visible()

    # a blocked source
    assert (await provider.calls("+49306543210", domain, STRANGER))["state"] == "refused"
    await expect(page.get_by_text(f"We refused a call from {STRANGER}")).to_be_visible()
    await pictured(person, "story-refused")
    await way.press(f"Allow {STRANGER}")
    await passes("+49306543210", STRANGER)
    # a number as another country writes it
    assert (await provider.calls("0306543210", domain))["state"] == "refused"
    await way.press("Read the numbers of Acme Telecom as in Germany")
    await passes("0306543210")
    # a number that is not here
    assert (await provider.calls("+49306543211", domain))["state"] == "refused"
    await way.press("Add +49 30 6543211 to Acme Telecom")
    await expect(page.get_by_text("+49 30 6543211 is answered like your other numbers")).to_be_visible()
    await passes("+49306543211", count=2)


async def test_a_provider_that_was_deleted_meanwhile_is_made_again(opens: Opens, world: World) -> None:
    person = await opens()
    way = Way(person.page)
    await person.sign_in("t_web_again", path="/connect")
    await way.press("Continue")
    tenant = world.tenant("t_web_again", through_door=True)
    made: set[str] = set()
    for _ in range(2):  # typed alike both times
        await way.asks("Who sends you the calls?")
        await way.type("What is it called?", "Acme Telecom")
        await way.type("From which addresses", MAIL)
        await way.press("Continue")
        await way.asks("Now tell Acme Telecom")
        trunks = (await tenant.rest("sip-config").get("/api/v1/sip/trunks")).json()["trunks"]
        made.add(trunks[0]["id"])
        await tenant.delete_trunk(trunks[0]["id"])
    assert len(made) == 2
