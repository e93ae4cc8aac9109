"""What every path does alike: methods and `Allow`, headers of every answer, the id."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.http.methods import allowed
from servicekit.telemetry import tracing
from servicekit.testing import tokens
from servicekit.testing.things_app import asked_as, made


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    tracing.configure("test", None)
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def client(issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    async with asked_as(issuer) as client:
        yield client


KNOWN = [
    ("/things", "GET, HEAD, OPTIONS, POST"),
    ("/things/thg_1", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ("/hook", "OPTIONS, POST"),
    ("/healthz", "GET, HEAD, OPTIONS"),
    ("/docs/assets/swagger-ui.css", "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize(("path", "allow"), KNOWN)
async def test_a_path_tells_all_methods_that_it_knows(
    client: httpx.AsyncClient, path: str, allow: str
) -> None:
    told = await client.options(path, headers={"Authorization": ""})
    assert (told.status_code, told.headers["allow"], told.content) == (204, allow, b"")
    assert ("accept-patch" in told.headers) == ("PATCH" in allow)


@pytest.mark.parametrize("method", ["PUT", "TRACE", "PATCH"])
async def test_a_method_that_is_not_known_is_told_all_that_are(
    client: httpx.AsyncClient, method: str
) -> None:
    of_no_type = {"Content-Type": "text/plain"}  # what is wrong first is the method
    refused = await client.request(method, "/things", content=b"x", headers=of_no_type)
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_head_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    got, asked = await client.get("/things"), await client.head("/things")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"]
    assert (await client.head("/things/thg_1")).status_code == 404
    assert (await client.head("/things", headers={"Authorization": ""})).status_code == 401
    assert (await client.head("/hook")).headers["allow"] == "OPTIONS, POST"
    assert (await client.get("/things")).json() == ["a", "b"]  # the connection is still in step


async def test_head_of_a_stream_ends(client: httpx.AsyncClient) -> None:
    asked = await asyncio.wait_for(client.head("/stream"), 20)
    assert (asked.status_code, asked.content) == (200, b"")
    assert (await client.get("/things")).status_code == 200


@pytest.mark.parametrize("path", ["/things/", "/things/thg_1/", "/healthz/", "/docs/"])
async def test_a_slash_at_the_end_leads_nowhere(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (404, "path_not_found")
    assert "slash" in answer.json()["hint"]
    assert "evil.example" not in str(answer.headers) + answer.text


async def test_nothing_has_no_type(client: httpx.AsyncClient) -> None:
    deleted = await client.delete("/things/thg_1")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert {"content-type", "content-length"}.isdisjoint(deleted.headers)


EVERYWHERE = [
    ("GET", "/things", 200),
    ("GET", "/things/thg_1", 404),
    ("GET", "/nowhere", 404),
    ("DELETE", "/things/thg_1", 204),
    ("PUT", "/things", 405),
    ("OPTIONS", "/things", 204),
    ("GET", "/away", 503),
    ("GET", "/healthz", 200),
    ("GET", "/docs", 200),
    ("GET", "/docs/assets/swagger-ui.css", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYWHERE)
async def test_every_answer_has_an_id_and_is_neither_kept_nor_guessed_at(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"].startswith("req_")


async def test_a_route_may_say_that_it_can_be_kept(client: httpx.AsyncClient) -> None:
    assert (await client.get("/kept")).headers["cache-control"] == "max-age=60"


IDS = [
    ("of a client", "order-4711.a_B", True),
    ("as long as can be", "x" * 64, True),
    ("too long", "x" * 65, False),
    ("empty", "", False),
    ("with a space", "a b", False),
    ("of a log injector", '"},{"', False),
    ("not ASCII", "\xe9", False),
]


@pytest.mark.parametrize(("name", "asked", "taken"), IDS, ids=[row[0] for row in IDS])
async def test_the_id_of_a_client_is_taken_where_it_can_be(
    client: httpx.AsyncClient, name: str, asked: str, taken: bool
) -> None:
    headers = [(b"x-request-id", asked.encode("latin-1"))]
    answer = await client.patch("/things/thg_1", json={}, headers=[*client.headers.raw, *headers])
    assert answer.json() == answer.headers["x-request-id"]
    assert (answer.json() == asked) is taken


async def test_only_json_is_read_and_merge_patches_by_patch_alone(client: httpx.AsyncClient) -> None:
    async def sent(method: str, path: str, kind: str) -> int:
        answer = await client.request(method, path, content=b"{}", headers={"Content-Type": kind})
        return answer.status_code

    for kind in ("application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'):
        assert (await sent("POST", "/things", kind), await sent("PATCH", "/things/a", kind)) == (201, 200)
    merge = "application/merge-patch+json"
    assert (await sent("POST", "/things", merge), await sent("PATCH", "/things/a", merge)) == (415, 200)
    for kind in (
        "application/json-patch+json",
        "application/vnd.api+json",
        "text/json",
        "application/json; charset=latin-1",
    ):
        assert (await sent("POST", "/things", kind), await sent("PATCH", "/things/a", kind)) == (415, 415)


async def test_the_address_of_a_code_is_a_setting(issuer: DevIssuer) -> None:
    app = made(issuer)
    app.state.problems = "https://docs.example/problems/"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        document = (await client.get("/things")).json()
    assert document["type"] == "https://docs.example/problems/token_missing"


async def test_a_code_is_explained_at_the_address_that_a_problem_names(client: httpx.AsyncClient) -> None:
    named = (await client.get("/things", headers={"Authorization": ""})).json()["type"]
    page = await client.get(named, headers={"Authorization": ""})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "token_missing" in page.text
    assert "How to repair it" in page.text
    listed = await client.get("/problems/")
    assert f'href="{named}"' in listed.text
    nothing = await client.get("/problems/%3Cscript%3E")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "path_not_found")


OF_SEVERAL = [
    ("/things/one", ["DELETE", "GET", "HEAD", "OPTIONS"]),
    ("/things/one:test", ["OPTIONS", "POST"]),
    ("/things/latest", ["GET", "HEAD", "OPTIONS"]),
    ("/other", []),
]


@pytest.mark.parametrize(("path", "methods"), OF_SEVERAL)
def test_of_several_paths_the_one_that_says_more_is_meant(path: str, methods: list[str]) -> None:
    routes = APIRouter()
    for template, known in (
        ("/things/{thing_id}", ["GET"]),
        ("/things/{thing_id}", ["DELETE"]),
        ("/things/{thing_id}:test", ["POST"]),
        ("/things/latest", ["GET"]),
    ):
        routes.add_api_route(template, lambda: None, methods=known)
    assert allowed(routes.routes, path) == methods
