"""A body that cannot be read, or holds what is wrong, is refused with the place of each fault."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.http.bodies import MAX_BODY
from servicekit.readiness import Readiness
from servicekit.telemetry import tracing
from servicekit.testing import tokens
from servicekit.testing.refusing_app import made, told


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    tracing.configure("test", None)
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def client(issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=made(Readiness(), issuer), raise_app_exceptions=True)
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


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
