"""The page that stands in for a provider: what it places, what it says, whom it listens to."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from harness.phones import AGENT, PROVIDER, Phones, phones
from harness.provider.app import create_app
from harness.provider.calls import Calls
from harness.sipp import Sipp
from harness.until import until
from switchlink.testing.free_ports import free_port

NUMBER, DOMAIN = "+442079460123", "acme.sip.keepline.test"
ASKED = {"number": NUMBER, "domain": DOMAIN, "talk_seconds": 1}
URL = "http://127.0.0.1:8090"


@pytest_asyncio.fixture
async def made(tmp_path: Path) -> AsyncIterator[Phones]:
    async with phones(tmp_path, "") as made:
        yield made


@pytest_asyncio.fixture
async def calls(made: Phones) -> AsyncIterator[Calls]:
    calls = Calls(made, free_port(AGENT), free_port(AGENT))
    yield calls
    await calls.close()


@pytest_asyncio.fixture
async def browser(calls: Calls) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(calls, NUMBER, DOMAIN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


async def ended(browser: httpx.AsyncClient, call_id: str) -> dict[str, object]:
    async def told() -> dict[str, object] | None:
        call: dict[str, object] = (await browser.get(f"/calls/{call_id}")).json()
        return call if call["state"] in ("ended", "refused", "failed") else None

    return await until(told, 20, "the call's end")


async def test_a_call_is_answered_and_heard_both_ways(browser: httpx.AsyncClient, made: Phones) -> None:
    """Without Keepline between: who answers is an agent of the test."""
    agent = await made.agent()
    made.edge = f"{agent.sipp.local}:{agent.sipp.port}"
    answer = await browser.post("/calls", json=ASKED)
    assert answer.status_code == 202
    call = await ended(browser, answer.json()["id"])
    assert (call["state"], call["sip_status"]) == ("ended", "200 OK")
    assert "The caller heard who answered" in str(call["sentence"])
    assert "not the demo's agent" in str(call["sentence"])
    assert agent.heard.clear, str(agent.heard)


async def test_a_refusal_is_told(browser: httpx.AsyncClient, made: Phones, tmp_path: Path) -> None:
    words = {"STATUS": "404"}
    refusing = Sipp("agent_refuses", PROVIDER, tmp_path / "refuses", port=free_port(PROVIDER), words=words)
    await refusing.start()
    made.edge = f"{PROVIDER}:{refusing.port}"
    call = await ended(browser, (await browser.post("/calls", json=ASKED)).json()["id"])
    await refusing.stop()
    assert call["state"] == "refused"
    assert call["sentence"] == "Keepline refused the call: 404 Refused."


WRONG = [
    ("an address beyond loopback", {"address": "192.0.2.1"}),
    ("a line break in the number", {"number": "+44\r\nVia: x"}),
    ("a SIPp key in the number", {"number": "[call_id]"}),
    ("a domain with a parameter", {"domain": "acme.test;maddr=192.0.2.1"}),
    ("more talk than a minute", {"talk_seconds": 61}),
    ("a word of no meaning", {"colour": "red"}),
]


@pytest.mark.parametrize(("name", "change"), WRONG, ids=[row[0] for row in WRONG])
async def test_what_cannot_be_sent_is_refused(
    browser: httpx.AsyncClient, calls: Calls, name: str, change: dict[str, object]
) -> None:
    answer = await browser.post("/calls", json={**ASKED, **change})
    assert answer.status_code == 422
    assert next(iter(change)) in answer.json()["detail"]
    assert not calls.kept


async def test_another_origin_places_no_call(browser: httpx.AsyncClient, calls: Calls) -> None:
    """Its forms and scripts can send these types only; by DNS rebinding it names another Host."""
    for sent in ("text/plain", "application/x-www-form-urlencoded"):
        body = '{"number": "+442079460123", "domain": "acme.sip.keepline.test"}'
        answer = await browser.post("/calls", content=body, headers={"content-type": sent})
        assert 400 <= answer.status_code < 500
    rebound = await browser.post("/calls", json=ASKED, headers={"host": "evil.example"})
    assert rebound.status_code == 400
    assert not calls.kept


async def test_the_page_proposes_the_demos_number(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert NUMBER in answer.text and DOMAIN in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]
