"""The web application at the door: its page with this installation's settings, a new nonce each time."""

import gzip
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from harness.door_alone import Door

ISSUER = "http://127.0.0.1:8400"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PLACES = ("ISSUER", "CLIENT_ID", "SCOPE", "TENANT_CLAIM", "ROLE_CLAIM")
SCRIPT = b"console.log('" + b"x" * 2000 + b"')"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def door(opens_door: Any, tmp_path_factory: pytest.TempPathFactory) -> Door:
    folder = built(tmp_path_factory.mktemp("web"))
    opened: Door = await opens_door(WEB__FOLDER=str(folder), WEB__ISSUER=ISSUER)
    return opened


def built(folder: Path) -> Path:
    places = " ".join(f'<meta content="KEEPLINE_{place}">' for place in PLACES)
    (folder / "index.html").write_text(f'{places}<meta property="csp-nonce" nonce="KEEPLINE_NONCE">')
    (folder / "assets").mkdir()
    (folder / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    return folder


async def got(door: Door, path: str, **headers: str) -> httpx.Response:
    async with door.rest() as client:
        return await client.get(path, headers={**HTML, **headers})


@pytest.mark.parametrize("path", ["/", "/trunks", "/trunks/trk_1/edit?tab=numbers", "/signed-in?code=x"])
async def test_a_browser_gets_the_page_at_each_screen(door: Door, path: str) -> None:
    page = await got(door, path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert ISSUER in page.text
    assert "KEEPLINE_" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers.get_list("x-request-id") != []


async def test_each_answer_has_a_nonce_of_its_own_that_no_client_chooses(door: Door) -> None:
    seen = set()
    for _ in range(3):
        page = await got(door, "/", **{"X-Request-Id": "chosen-by-me"})
        policy = page.headers["content-security-policy"]
        (nonce,) = re.findall(r"'nonce-([0-9a-f]{32})'", policy)
        assert f'nonce="{nonce}"' in page.text
        seen.add(nonce)
        for rule in ("default-src 'none'", "frame-ancestors 'none'", f"connect-src 'self' {ISSUER}"):
            assert rule in policy
        assert "unsafe" not in policy
    assert len(seen) == 3


async def test_what_is_named_by_its_content_is_kept_for_a_year(door: Door) -> None:
    script = await got(door, "/assets/app-1a2b.js", **{"Accept-Encoding": "gzip"})
    assert script.content == SCRIPT
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["content-type"].startswith("application/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    missing = await got(door, "/assets/app-9f9f.js")
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/app.html", "/docs/nothing", "/problems/no_such"]
)
async def test_what_is_no_screen_stays_a_problem(door: Door, path: str) -> None:
    answer = await got(door, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "path_not_found")


async def test_a_program_is_told_what_it_was_told_before(door: Door) -> None:
    async with door.rest() as client:
        assert (await client.get("/")).headers["location"] == "/docs"
        assert (await client.get("/trunks")).json()["code"] == "path_not_found"
