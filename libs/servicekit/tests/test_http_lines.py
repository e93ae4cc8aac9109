"""The line of each request that was answered, and of what was no request."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.telemetry import tracing
from servicekit.testing import tokens
from servicekit.testing.things_app import asked_as

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    tracing.configure("test", None)
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest_asyncio.fixture
async def client(issuer: DevIssuer) -> AsyncIterator[httpx.AsyncClient]:
    async with asked_as(issuer) as client:
        yield client


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
    answer = await asyncio.wait_for(reader.read(), 20)
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
