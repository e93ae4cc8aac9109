"""The development issuer is an OpenID provider: code with PKCE, silent sign-in, refresh with rotation."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OKPKey

from harness.issuer.app import create_app
from harness.issuer.grants import Provider
from servicekit.auth import Role, TokenVerifier
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.discovered_keys import DOCUMENT

URL, BACK = "http://127.0.0.1:8400", "http://127.0.0.1:5173/callback?from=issuer"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "keepline-web",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s-1",
    "nonce": "n-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def issuer(tmp_path: Path) -> DevIssuer:
    return DevIssuer.create(tmp_path, URL)


@pytest_asyncio.fixture
async def browser(issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Provider(issuer, ["keepline-web"], 600), "t_demo")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


def sent_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def sign_in(browser: httpx.AsyncClient, **changed: str) -> dict[str, str]:
    """Through the page, as a person does it."""
    shown = await browser.get("/authorize", params={**ASKED, **changed})
    assert shown.status_code == 200, shown.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    form = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
    chosen = {"tenant": "t_acme", "role": "admin", "subject": "ann"}
    return sent_back(await browser.post("/authorize", data={**form, **chosen}))


async def exchange(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await browser.post("/token", data={"client_id": "keepline-web", **fields})


async def tokens_of(browser: httpx.AsyncClient, code: str, verifier: str = VERIFIER) -> httpx.Response:
    return await exchange(
        browser, grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=verifier
    )


async def test_a_person_signs_in_and_is_who_was_chosen(browser: httpx.AsyncClient, issuer: DevIssuer) -> None:
    back = await sign_in(browser)
    assert (back["state"], back["from"]) == ("s-1", "issuer")
    answer = await tokens_of(browser, back["code"])
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    keys = (await browser.get("/jwks")).json()
    who = TokenVerifier(keys, URL, issuer.audience).verify(told["access_token"])
    assert (who.tenant_id, who.role, who.subject) == ("t_acme", Role.ADMIN, "ann")
    claims = jwt.decode(told["id_token"], OKPKey.import_key(keys["keys"][0]), algorithms=["Ed25519"]).claims
    assert (claims["iss"], claims["nonce"], claims["sub"]) == (URL, "n-1", "ann")
    assert claims["aud"] in ("keepline-web", ["keepline-web"])
    bearing = {"authorization": f"Bearer {told['access_token']}"}
    assert (await browser.get("/userinfo", headers=bearing)).json()["tenant_id"] == "t_acme"


async def test_a_code_is_good_once_and_for_who_asked_for_it(browser: httpx.AsyncClient) -> None:
    code = (await sign_in(browser))["code"]
    refused = await tokens_of(browser, code, verifier="w" * 43)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    code = (await _silent(browser))["code"]
    assert (await tokens_of(browser, code)).is_success
    assert (await tokens_of(browser, code)).json()["error"] == "invalid_grant"


async def _silent(browser: httpx.AsyncClient, **changed: str) -> dict[str, str]:
    return sent_back(await browser.get("/authorize", params={**ASKED, "prompt": "none", **changed}))


async def test_silent_sign_in_works_after_a_sign_in_and_until_the_sign_out(
    browser: httpx.AsyncClient,
) -> None:
    assert (await _silent(browser))["error"] == "login_required"
    await sign_in(browser)
    assert (await tokens_of(browser, (await _silent(browser))["code"])).is_success
    out = await browser.get("/logout", params={"post_logout_redirect_uri": BACK, "state": "bye"})
    assert sent_back(out)["state"] == "bye"
    assert (await _silent(browser))["error"] == "login_required"


async def test_a_refresh_token_rotates_and_one_that_comes_twice_ends_its_family(
    browser: httpx.AsyncClient,
) -> None:
    first = (await tokens_of(browser, (await sign_in(browser))["code"])).json()
    second = (
        await exchange(browser, grant_type="refresh_token", refresh_token=first["refresh_token"])
    ).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"]
    again = await exchange(browser, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.json()["error"] == "invalid_grant"
    ended = await exchange(browser, grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert ended.json()["error"] == "invalid_grant"


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("an address elsewhere", {"redirect_uri": "https://evil.example/"}, ""),
    ("an address that looks like loopback", {"redirect_uri": "http://127.0.0.1@evil.example/"}, ""),
    ("a name that begins like loopback", {"redirect_uri": "http://localhost.evil.example/"}, ""),
    ("no address", {"redirect_uri": ""}, ""),
    ("an unknown application", {"client_id": "other"}, ""),
    ("no PKCE", {"code_challenge": ""}, "invalid_request"),
    ("plain PKCE", {"code_challenge_method": "plain"}, "invalid_request"),
    ("another response", {"response_type": "token"}, "unsupported_response_type"),
    ("another response, elsewhere", {"response_type": "x", "redirect_uri": "https://evil.example/"}, ""),
]


@pytest.mark.parametrize(("name", "changed", "error"), WRONG, ids=[row[0] for row in WRONG])
async def test_a_wrong_request_gets_no_code(
    browser: httpx.AsyncClient, name: str, changed: dict[str, str], error: str
) -> None:
    await sign_in(browser)
    sent = {key: value for key, value in {**ASKED, **changed}.items() if value}
    answer = await browser.get("/authorize", params=sent)
    if error:
        assert sent_back(answer)["error"] == error
    else:
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_the_page_escapes_what_was_sent_loads_nothing_and_is_in_no_frame(
    browser: httpx.AsyncClient,
) -> None:
    shown = await browser.get("/authorize", params={**ASKED, "state": '"><script>alert(1)</script>'})
    assert "<script" not in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert not re.search(r'(src|href)="', shown.text)


async def test_a_choice_that_was_not_made_on_our_page_signs_nobody_in(browser: httpx.AsyncClient) -> None:
    chosen = {"tenant": "t_acme", "role": "admin", "subject": "ann", "form_token": "x"}
    answer = await browser.post("/authorize", data={**ASKED, **chosen})
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_the_document_names_addresses_that_answer(browser: httpx.AsyncClient) -> None:
    found: dict[str, Any] = (await browser.get(DOCUMENT)).json()
    assert found["issuer"] == URL
    assert (await browser.get(found["jwks_uri"])).json()["keys"][0]["kty"] == "OKP"
    origin = {"origin": "http://127.0.0.1:5173"}
    allowed = await browser.get(DOCUMENT, headers=origin)
    assert allowed.headers["access-control-allow-origin"] == origin["origin"]
    refused = await browser.get(DOCUMENT, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in refused.headers
