"""What every path does alike: methods and `Allow`, headers of every answer, the id, the access line."""

import asyncio
import io
import json
import logging as standard
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog
from fastapi import APIRouter, FastAPI, Response
from starlette.responses import StreamingResponse

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import NotFound, Unavailable
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.telemetry import logging, tracing
from servicekit.telemetry.request_id import request_id
from servicekit.testing import tokens, verifier_of

Lines = Callable[[], list[dict[str, Any]]]


def things() -> APIRouter:
    routes = APIRouter(prefix="/things")

    @routes.get("")
    async def list_things() -> list[str]:
        return ["a", "b"]

    @routes.post("", status_code=201)
    async def create_thing(thing: dict[str, int]) -> dict[str, int]:
        return thing

    @routes.get("/{thing_id}")
    async def get_thing(thing_id: str, token: str = "") -> None:
        logging.logger("here").info("looking", thing=thing_id)
        raise NotFound("thing_not_found", f"no thing {thing_id}")

    @routes.patch("/{thing_id}")
    async def update_thing(thing_id: str, thing: dict[str, int]) -> str:
        return request_id()

    @routes.delete("/{thing_id}", status_code=204)
    async def delete_thing(thing_id: str) -> None: ...

    return routes


def made(issuer: DevIssuer) -> FastAPI:
    app = create_app("test", "Test", verifier_of(issuer), Readiness(), open_paths=("/hook",))
    app.include_router(things())

    @app.get("/kept")
    async def kept(response: Response) -> None:
        response.headers["Cache-Control"] = "max-age=60"

    @app.get("/away")
    async def away() -> None:
        raise Unavailable("storage_unavailable", "the database does not answer")

    @app.post("/hook")
    async def hook() -> None: ...

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    tracing.configure("test", None)
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def client(issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real connection: what is sent for HEAD and 204 is uvicorn's matter, too."""
    server = HttpServer(made(issuer), "127.0.0.1:0")
    running = asyncio.ensure_future(server.run())
    await server.started()
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client:
        yield client
    server.stop(0)
    await running


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    handlers, level = standard.root.handlers[:], standard.root.level
    logging.configure("test", "info")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    standard.root.handlers[:] = handlers
    standard.root.setLevel(level)


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
    asked = await asyncio.wait_for(client.head("/stream"), 5)
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


async def test_a_request_is_told_in_one_line_with_its_id(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.get("/things/thg_secret?token=hunter2", headers={"X-Request-Id": "mine"})
    inside, access = (line for line in lines() if line.get("request_id") == "mine")
    assert (inside["event"], inside["thing"]) == ("looking", "thg_secret")
    assert (access["event"], access["level"]) == ("answered", "info")
    assert (access["method"], access["route"], access["status"]) == ("GET", "/things/{thing_id}", 404)
    assert (access["tenant_id"], access["code"]) == ("t_demo", "thing_not_found")
    assert access["duration_ms"] >= 0
    assert access["trace_id"]
    assert "hunter2" not in json.dumps(access)


async def test_what_is_not_there_and_who_is_not_known_are_told(
    client: httpx.AsyncClient, lines: Lines
) -> None:
    await client.get("/nowhere/4711")
    await client.get("/things", headers={"Authorization": "Bearer x"})
    nowhere, nobody = (line for line in lines() if line["event"] == "answered")
    assert (nowhere["route"], nowhere["status"], nowhere["tenant_id"]) == ("none", 404, "t_demo")
    assert (nobody["status"], nobody["tenant_id"], nobody["code"]) == (401, "", "token_invalid")


async def test_probes_are_not_told_and_what_is_amiss_is_a_warning(
    client: httpx.AsyncClient, lines: Lines
) -> None:
    await client.get("/healthz")
    await client.get("/away")
    (away,) = (line for line in lines() if line["event"] == "answered")
    assert (away["route"], away["level"]) == ("/away", "warning")


async def test_what_is_no_http_is_a_problem_too(client: httpx.AsyncClient, lines: Lines) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(b"\x16\x03\x01 hello\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    document = json.loads(body)
    assert document["code"] == "http_malformed"
    assert f"x-request-id: {document['request_id']}".encode() in head
    (line,) = (line for line in lines() if line["level"] != "debug")
    assert (line["code"], line["request_id"]) == ("http_malformed", document["request_id"])
    assert line["peer"] == list(writer.get_extra_info("sockname"))
    writer.close()


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
