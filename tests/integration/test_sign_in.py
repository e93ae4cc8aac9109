"""A person signs in at the issuer's own process and asks a service, which found the issuer by its address."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest_asyncio

from harness.until import until
from harness.world import World

BACK, VERIFIER = "http://127.0.0.1:5173/callback", "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "keepline-web",
    "redirect_uri": BACK,
    "scope": "openid",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
EXCHANGE = {
    "grant_type": "authorization_code",
    "client_id": "keepline-web",
    "redirect_uri": BACK,
    "code_verifier": VERIFIER,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world() -> AsyncIterator[World]:
    """Of a whole world only what this needs."""
    world = await World.create("test-sign-in", with_issuer=True)
    names = ("mongo", "kafka", "issuer", "sip-config")
    for name in names:
        await world.start(name)
    yield world
    for name in names[::-1]:
        await world.stop(name)


async def _signed_in(url: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url) as browser:
        shown = await browser.get("/authorize", params=ASKED)
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
        chosen = {"tenant": "t_signed_in", "role": "owner", "subject": "ann"}
        back = await browser.post("/authorize", data={**hidden, **chosen})
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        answer = await browser.post("/token", data={**EXCHANGE, "code": code})
        told: dict[str, str] = answer.raise_for_status().json()
        return told


async def test_a_token_of_the_issuer_opens_the_api_and_its_change_is_in_the_audit_log(world: World) -> None:
    told = await _signed_in(world.issuer.issuer)
    headers = {"authorization": f"Bearer {told['access_token']}"}
    async with httpx.AsyncClient(base_url=world.services["sip-config"].url, headers=headers) as api:
        made = await api.post("/api/v1/sip/trunks", json={"name": "Signed in", "country": "GB"})
        assert made.status_code == 201, made.text

        async def entries() -> object:
            found = await api.get("/api/v1/audit", params={"resource_id": made.json()["id"]})
            return found.json()["entries"]

        (entry,) = await until(entries, 20, "the change in the audit log")  # type: ignore[misc]
        assert (entry["actor"], entry["action"], entry["address"]) == ("ann", "created", "127.0.0.1")
        assert entry["request_id"] == made.headers["x-request-id"]


async def test_an_issuer_that_is_away_leaves_its_tokens_good(world: World) -> None:
    told = await _signed_in(world.issuer.issuer)
    headers = {"authorization": f"Bearer {told['access_token']}"}
    async with httpx.AsyncClient(base_url=world.services["sip-config"].url, headers=headers) as api:
        assert (await api.get("/api/v1/sip/trunks")).is_success
        await world.stop("issuer")
        assert (await api.get("/api/v1/sip/trunks")).is_success
        await world.start("issuer")
