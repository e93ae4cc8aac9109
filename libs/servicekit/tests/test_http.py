"""Every refusal over REST is a problem document, and nothing is open that was not named open."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError
from starlette.responses import StreamingResponse

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import NotFound, TooMany, Unavailable, Violation
from servicekit.http import Role, create_app, principal, require
from servicekit.http.bodies import MAX_BODY
from servicekit.readiness import Readiness
from servicekit.telemetry import tracing
from servicekit.testing import tokens, verifier_of


class Endpoint(BaseModel):
    model_config = ConfigDict(extra="forbid")

    host: str
    port: int = Field(default=5060, ge=1, le=65535)


class CallQuery(BaseModel):
    number: str = ""


class Trunk(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=5)
    source_cidrs: list[str] = []
    endpoints: list[Endpoint] = []

    @field_validator("source_cidrs")
    @classmethod
    def _cidrs(cls, cidrs: list[str]) -> list[str]:
        for cidr in cidrs:
            if "/" not in cidr:
                raise PydanticCustomError(
                    "cidr_invalid", "{cidr} is no network", {"cidr": cidr, "hint": "add /32"}
                )
        return cidrs


def made(readiness: Readiness, issuer: DevIssuer) -> FastAPI:
    app = create_app("test", "Test", verifier_of(issuer), readiness, open_paths=("/twilio",))

    @app.post("/trunks")
    async def create(trunk: Trunk) -> dict[str, str]:
        return {"tenant": principal().tenant_id, "name": trunk.name}

    @app.get("/trunks")
    async def listed(page_size: int = 0) -> dict[str, int]:
        return {"page_size": page_size}

    @app.get("/calls")
    async def calls(asked: Annotated[CallQuery, Query()]) -> dict[str, str]:
        return {"number": asked.number}

    @app.get("/trunks/{trunk_id}")
    async def one(trunk_id: str) -> None:
        raise NotFound(
            "trunk_not_found", f"there is no trunk {trunk_id}", hint="list them", violations=[_WRONG]
        )

    @app.get("/writers")
    async def writers() -> None:
        require(Role.OWNER)

    @app.get("/away")
    async def away() -> None:
        raise Unavailable("storage_unavailable", "the database does not answer", retry_after=7)

    @app.get("/often")
    async def often() -> None:
        raise TooMany("rate_limited", "slower")

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("password=hunter2")

    @app.post("/twilio/voice")
    async def voice() -> dict[str, str]:
        return {"open": "yes"}

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


def _token(issuer: DevIssuer) -> dict[str, str]:
    return {"authorization": f"Bearer {issuer.token('t_a')}"}


@pytest.mark.parametrize(
    "path",
    ["/trunks?page_size=2&pagesize=2", "/calls?number=1&nmber=1", "/writers?x=", "/trunks/trk_1?pagesize=2"],
)
async def test_a_parameter_that_nobody_knows_is_refused(
    client: httpx.AsyncClient, issuer: DevIssuer, path: str
) -> None:
    answer = await client.get(path, headers=_token(issuer))
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert [one["code"] for one in answer.json()["errors"]] == ["parameter_unknown"]
    known = await client.get("/calls?number=1", headers=_token(issuer))
    assert (known.status_code, known.json()) == (200, {"number": "1"})


async def test_a_node_has_no_business_here_whatever_the_route_asks(
    client: httpx.AsyncClient, issuer: DevIssuer
) -> None:
    node = {"authorization": f"Bearer {issuer.token('platform', 'node', 'edge1')}"}
    for path in ("/trunks", "/trunks/trk_1", "/writers", "/nowhere"):
        answer = await client.get(path, headers=node)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


_WRONG = Violation("/id", "id_unknown", "nobody has it", "look again")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    tracing.configure("test", None)
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest_asyncio.fixture
async def client(issuer: DevIssuer, readiness: Readiness) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=made(readiness, issuer), raise_app_exceptions=True)
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


def told(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document, after a look at what all of them have in common."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"/problems/{code}"
    assert (document["status"], document["code"]) == (status, code)
    ids = {"request_id", "trace_id"}
    assert set(document) == {"type", "title", "status", "detail", "code", "hint", "errors"} | ids
    assert document["request_id"] == answer.headers["x-request-id"]
    assert len(document["trace_id"]) == 32
    return document


async def test_a_good_request_acts_for_the_tenant_of_its_token(client: httpx.AsyncClient) -> None:
    answer = await client.post("/trunks", json={"name": "acme"})
    assert (answer.status_code, answer.json()) == (200, {"tenant": "t_demo", "name": "acme"})


@pytest.mark.parametrize("path", ["/trunks", "/nowhere", "/", "/docs2", "/healthz2", "/twiliovoice"])
async def test_without_a_token_nothing_answers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Authorization": ""})
    told(answer, 401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_is_asked_for_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": "", "content-type": "application/json"}
    told(await client.post("/trunks", content=b"{bad", headers=headers), 401, "token_missing")


async def test_a_strangers_token_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    stranger = tokens(tmp_path).token("t_demo")
    told(await client.get("/trunks", headers={"Authorization": f"Bearer {stranger}"}), 401, "token_invalid")


async def test_a_role_that_does_not_suffice_is_forbidden(
    client: httpx.AsyncClient, issuer: DevIssuer
) -> None:
    headers = {"Authorization": f"Bearer {issuer.token('t_demo', 'viewer')}"}
    told(await client.get("/writers", headers=headers), 403, "role_forbidden")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
async def test_health_and_docs_are_open(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"Authorization": ""})).status_code == 200


async def test_a_path_that_was_named_open_needs_no_token(client: httpx.AsyncClient) -> None:
    answer = await client.post("/twilio/voice", headers={"Authorization": ""}, data={"CallSid": "CA1"})
    assert answer.json() == {"open": "yes"}


async def test_the_docs_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert (await client.get(f"/docs/assets/{asset}", headers={"Authorization": ""})).status_code == 200
    assert (await client.get("/docs/assets/../../core.py")).status_code == 404


async def test_readiness_tells_each_check_and_why(client: httpx.AsyncClient, readiness: Readiness) -> None:
    readiness.add("mongo", lambda: "the database does not answer")
    readiness.add("kafka", lambda: None)
    readiness.add_degraded("records", lambda: "the broker cannot be reached")
    readiness.add_degraded("events", lambda: "")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "checks": {"mongo": "the database does not answer", "kafka": ""},
        "degraded": {"records": "the broker cannot be reached"},
    }


async def test_a_draining_process_is_not_ready(client: httpx.AsyncClient, readiness: Readiness) -> None:
    readiness.drain()
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


async def test_a_problem_is_told_with_its_fields(client: httpx.AsyncClient) -> None:
    document = told(await client.get("/trunks/trk_1"), 404, "trunk_not_found")
    assert (document["detail"], document["hint"]) == ("there is no trunk trk_1", "list them")
    wrong = {"pointer": "/id", "code": "id_unknown", "detail": "nobody has it", "hint": "look again"}
    assert document["errors"] == [wrong]


async def test_when_to_come_back_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/away")
    told(answer, 503, "storage_unavailable")
    assert answer.headers["retry-after"] == "7"
    told(await client.get("/often"), 429, "rate_limited")


async def test_what_was_not_foreseen_leaks_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken")
    told(answer, 500, "internal")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


FIELDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("missing", {}, "/name", "field_missing"),
    ("unknown", {"name": "a", "nmae": "b"}, "/nmae", "field_unknown"),
    ("of a wrong type", {"name": 3}, "/name", "field_type"),
    ("too long", {"name": "abcdef"}, "/name", "field_invalid"),
    (
        "deep inside",
        {"name": "a", "endpoints": [{"host": "h"}, {"port": 1}]},
        "/endpoints/1/host",
        "field_missing",
    ),
    (
        "out of range",
        {"name": "a", "endpoints": [{"host": "h", "port": 0}]},
        "/endpoints/0/port",
        "field_invalid",
    ),
    ("with a code of ours", {"name": "a", "source_cidrs": ["10.0.0.1"]}, "/source_cidrs", "cidr_invalid"),
    ("with a slash in its name", {"name": "a", "x/y~": 1}, "/x~1y~0", "field_unknown"),
]


@pytest.mark.parametrize(("name", "body", "pointer", "code"), FIELDS, ids=[row[0] for row in FIELDS])
async def test_a_wrong_field_is_pointed_at(
    client: httpx.AsyncClient, name: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    document = told(await client.post("/trunks", json=body), 422, "request_invalid")
    assert [(e["pointer"], e["code"]) for e in document["errors"]] == [(pointer, code)]


async def test_the_hint_of_a_validator_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.post("/trunks", json={"name": "a", "source_cidrs": ["10.0.0.1"]})
    (error,) = answer.json()["errors"]
    assert (error["detail"], error["hint"]) == ("10.0.0.1 is no network", "add /32")


async def test_a_wrong_query_parameter_is_pointed_at(client: httpx.AsyncClient) -> None:
    document = told(await client.get("/trunks?page_size=many"), 422, "request_invalid")
    assert document["errors"][0]["pointer"] == "/page_size"


BODIES = [
    ("not JSON", b"{name:", "application/json", 400, "json_malformed"),
    ("cut", b'{"name": "a"', "application/json", 400, "json_malformed"),
    ("not UTF-8", b'{"name": "\xff"}', "application/json", 400, "json_malformed"),
    ("nested for ever", b"[" * 100_000, "application/json", 400, "json_malformed"),
    ("a form", b"name=a", "application/x-www-form-urlencoded", 415, "content_type_unsupported"),
    ("without a type", b'{"name": "a"}', "", 415, "content_type_unsupported"),
    ("a type that only looks like JSON", b"{}", "text/json-ish", 415, "content_type_unsupported"),
    ("too large", b'"' + b"a" * MAX_BODY + b'"', "application/json", 413, "body_too_large"),
    ("no object", b"[]", "application/json", 422, "request_invalid"),
    ("null", b"null", "application/json", 422, "request_invalid"),
]


@pytest.mark.parametrize(("name", "body", "kind", "status", "code"), BODIES, ids=[row[0] for row in BODIES])
async def test_a_bad_body_is_a_problem(  # noqa: PLR0917 - the columns of the table
    client: httpx.AsyncClient, name: str, body: bytes, kind: str, status: int, code: str
) -> None:
    told(await client.post("/trunks", content=body, headers={"content-type": kind}), status, code)


async def test_a_body_that_hides_its_size_is_cut_off(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    headers = {"content-type": "application/json"}
    told(await client.post("/trunks", content=chunks(), headers=headers), 413, "body_too_large")
