"""Which routes the guards call themselves, and that nobody who asks sees a difference."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from servicekit.auth import Principal, principal
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.principal import acting
from servicekit.errors import NotFound
from servicekit.http import authenticated, create_app
from servicekit.http.routes import Routes
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.testing import tokens, verifier_of

ERRORS = {
    "missing": NotFound("thing_not_found", "no such thing"),
    "teapot": HTTPException(418, "a teapot"),
    "broken": RuntimeError("password=hunter2"),
}


def things() -> APIRouter:
    routes = APIRouter(prefix="/things")

    @routes.get("/plain/{thing_id}")
    async def plain(thing_id: str, request: Request) -> Response:
        return JSONResponse([thing_id, request.path_params, request.method, principal().tenant_id])

    @routes.get("/frame/{thing_id}")
    async def frame(thing_id: str) -> list[Any]:
        return [thing_id, {"thing_id": thing_id}, "GET", principal().tenant_id]

    @routes.get("/number/{thing_id}")
    async def number(thing_id: int, request: Request) -> Response:
        return JSONResponse(thing_id)

    @routes.get("/bounded/{thing_id}")
    async def bounded(thing_id: Annotated[str, Path(max_length=3)], request: Request) -> Response:
        return JSONResponse(thing_id)

    @routes.get("/query")
    async def query(request: Request, size: int = 0) -> Response:
        return JSONResponse(size)

    @routes.post("/body")
    async def body(request: Request, sent: dict[str, int]) -> Response:
        return JSONResponse(sent)

    @routes.get("/needs")
    async def needs(request: Request, who: Annotated[Principal, Depends(authenticated)]) -> Response:
        return JSONResponse(who.tenant_id)

    @routes.get("/document")
    async def document(request: Request) -> dict[str, str]:
        return {}

    @routes.get("/thread")
    def thread(request: Request) -> Response:
        return JSONResponse([])

    @routes.get("/fails/plain/{how}")
    async def fails_plain(how: str, request: Request) -> Response:
        raise ERRORS[how]

    @routes.get("/fails/frame/{how}")
    async def fails_frame(how: str) -> None:
        raise ERRORS[how]

    return routes


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest.fixture(scope="module")
def app(issuer: DevIssuer) -> FastAPI:
    app = create_app("test", "Test", verifier_of(issuer), Readiness(), open_paths=("/hook",))
    app.include_router(things())

    @app.get("/hook")
    async def hook(request: Request) -> Response:
        return JSONResponse(acting() is None)

    return app


@pytest_asyncio.fixture
async def client(app: FastAPI, issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


DIRECT = [
    ("/things/plain/a", True),
    ("/things/frame/a", False),
    ("/things/number/1", False),
    ("/things/bounded/a", False),
    ("/things/query", False),
    ("/things/body", False),
    ("/things/needs", False),
    ("/things/document", False),
    ("/things/thread", False),
    ("/healthz", False),
    ("/docs/assets/swagger-ui.css", False),
]


@pytest.mark.parametrize(("path", "direct"), DIRECT)
def test_the_guards_call_what_needs_nothing_of_the_framework(app: FastAPI, path: str, direct: bool) -> None:
    found = Routes().find(app, "POST" if path.endswith("body") else "GET", path)
    assert found is not None
    assert (found[0].endpoint is not None) is direct


def test_a_route_that_is_added_later_is_found(app: FastAPI) -> None:
    later, routes = FastAPI(), Routes()
    assert routes.find(later, "GET", "/things/plain/a") is None
    later.include_router(things())
    found = routes.find(later, "GET", "/things/plain/a")
    assert found is not None
    assert found[1] == {"thing_id": "a"}
    assert routes.find(later, "PUT", "/things/plain/a") is None


def _seen(answer: httpx.Response) -> tuple[int, dict[str, str], Any]:
    own = ("x-request-id", "ratelimit")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    body = answer.json() if answer.content else None
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ("request_id", "trace_id")}
    text = json.dumps([headers, body]).replace("/plain/", "/frame/")
    return answer.status_code, *json.loads(text)


ASKED = [
    ("GET", "/things/{}/a", 200),
    ("HEAD", "/things/{}/a", 200),
    ("GET", "/things/{}/%C3%A9%20b", 200),
    ("GET", "/things/{}/a/", 404),
    ("GET", "/things/{}/", 404),
    ("POST", "/things/{}/a", 405),
    ("OPTIONS", "/things/{}/a", 204),
    ("GET", "/things/{}/a?x=1", 422),
    ("GET", "/things/fails/{}/missing", 404),
    ("GET", "/things/fails/{}/teapot", 418),
    ("GET", "/things/fails/{}/broken", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
async def test_it_makes_no_difference_who_calls_a_route(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    direct = _seen(await client.request(method, path.format("plain")))
    assert direct == _seen(await client.request(method, path.format("frame")))
    assert direct[0] == status


async def test_a_request_knows_nothing_of_the_one_before_it_on_its_connection(
    app: FastAPI, issuer: DevIssuer
) -> None:
    server = HttpServer(app, "127.0.0.1:0")
    running = asyncio.ensure_future(server.run())
    await server.started()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    bearer = f"Authorization: Bearer {issuer.token('t_a')}\r\n"
    first = f"GET /things/plain/a HTTP/1.1\r\nHost: x\r\n{bearer}X-Request-Id: mine\r\n\r\n"
    writer.write(f"{first}GET /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answers = await asyncio.wait_for(reader.read(), 20)
    assert answers.endswith(b"\r\n\r\ntrue")
    assert answers.count(b"x-request-id: mine") == 1
    server.stop(0)
    await running
