"""REST through the door: which service answers, what is added, and what the door says itself."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from harness.door_alone import Behind, Door
from harness.until import until

TRUNKS = "/api/v1/health/trunks"


async def got(door: Door, path: str = TRUNKS, method: str = "GET", **how: Any) -> httpx.Response:
    async with door.rest() as client:
        return await client.request(method, path, **how)


def said(answer: httpx.Response) -> dict[str, Any]:
    """A problem of the door, whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"].endswith(f"/problems/{problem['code']}")
    return problem


async def test_a_path_leads_to_its_service_with_the_clients_id(door: Door, behind: Behind) -> None:
    answer = await got(door, headers={"X-Request-Id": "mine-1.2_3", "X-Forwarded-For": "192.0.2.1"})
    assert answer.json()["method"] == "GET"
    assert behind.headers[-1]["x-request-id"] == answer.headers["x-request-id"] == "mine-1.2_3"
    assert behind.headers[-1]["x-forwarded-for"] == "127.0.0.1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, 'a"b', "ü"])
async def test_an_id_that_does_not_fit_is_replaced(door: Door, behind: Behind, sent: str) -> None:
    answer = await got(door, headers={"X-Request-Id": sent.encode()})
    assert answer.headers["x-request-id"] == behind.headers[-1]["x-request-id"] != sent
    assert len(answer.headers["x-request-id"]) == 32


async def test_what_a_service_says_of_itself_stays(door: Door) -> None:
    answer = await got(door, "/api/v1/health/own")
    assert answer.headers.get_list("cache-control") == ["private"]
    assert answer.headers.get_list("x-request-id") == ["mine"]


@pytest.mark.parametrize(
    "path", ["/api/v1/sip/trunks", "/api/v1/phone/numbers", "/api/v1/agents", "/api/v1/calls"]
)
async def test_a_service_that_is_away_is_a_503_that_says_when_to_come_back(door: Door, path: str) -> None:
    answer = await got(door, path)
    assert (answer.status_code, said(answer)["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_path_of_nobody_is_told_with_the_clients_trace(door: Door) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await got(door, "/api/v2/x", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    problem = said(answer)
    assert (answer.status_code, problem["code"], problem["trace_id"]) == (404, "path_not_found", trace)


@pytest.mark.parametrize(
    "path", ["/switch/v1/xml", "/keepline.sip.v1.SwitchConfig/Watch", "/nginx.conf", "/docs/../nginx.conf"]
)
async def test_what_is_not_for_everybody_is_not_there(door: Door, path: str) -> None:
    assert (await got(door, path)).status_code in (200, 404)
    assert "worker_processes" not in (await got(door, path)).text


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"method": "POST", "content": b"x" * ((1 << 20) + 1)}, 413, "body_too_large"),
        ({"headers": {"x-much": "y" * 20_000}}, 431, "headers_too_large"),
        ({"path": f"{TRUNKS}?{'q' * 20_000}"}, 414, "address_too_long"),
        ({"path": "/docs", "method": "POST"}, 405, "method_not_allowed"),
    ],
)
async def test_what_is_too_much_is_told(door: Door, how: dict[str, Any], status: int, code: str) -> None:
    answer = await got(door, **how)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        b"GET /a HTTP/9.9\r\nHost: a\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ],
)
async def test_what_is_no_request_gets_a_problem(door: Door, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection(*door.address)
    writer.write(sent)
    head, _, body = (await asyncio.wait_for(reader.read(), 30)).partition(b"\r\n\r\n")
    writer.close()
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "http_malformed"


async def test_what_is_large_is_packed_and_its_tag_can_be_sent_back(door: Door, behind: Behind) -> None:
    small, large = await got(door), await got(door, f"{TRUNKS}?size=5000")
    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] == "gzip"
    assert (small.headers["etag"], large.headers["etag"]) == ('"3"', 'W/"3"')
    await got(door, headers={"If-Match": large.headers["etag"], "If-None-Match": 'W/"4"'})
    assert (behind.headers[-1]["if-match"], behind.headers[-1]["if-none-match"]) == ('"3"', '"4"')


async def test_an_event_arrives_when_it_is_sent(door: Door, behind: Behind) -> None:
    behind.go_on.clear()
    async with door.rest() as client, client.stream("GET", "/api/v1/health/stream") as answer:
        events = answer.aiter_lines()
        assert await asyncio.wait_for(anext(events), 30) == "data: first"
        behind.go_on.set()
        await anext(events)
        assert await asyncio.wait_for(anext(events), 30) == "data: second"


async def test_cors_is_off_by_default(door: Door, behind: Behind) -> None:
    answer = await got(door, headers={"Origin": "https://app.example.org"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "PATCH"}
    assert (await got(door, method="OPTIONS", headers=preflight)).json()["method"] == "OPTIONS"


async def test_pages_of_an_allowed_origin_may_call_and_no_others(opens_door: Any) -> None:
    door = await opens_door(CORS__ORIGINS='["https://app.example.org"]')
    preflight = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "PATCH"}
    answer = await got(door, method="OPTIONS", headers=preflight)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, preflight["Origin"])
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "If-Match" in answer.headers["access-control-allow-headers"]
    answer = await got(door, headers={"Origin": "https://app.example.org"})
    assert "ETag" in answer.headers["access-control-expose-headers"]
    refused = await got(door, "/api/v1/calls", headers={"Origin": "https://app.example.org"})
    assert refused.headers["access-control-allow-origin"] == preflight["Origin"]  # a page can read why
    for other in ("https://app.example.org.evil.example", "null", "http://app.example.org"):
        answer = await got(door, method="OPTIONS", headers={**preflight, "Origin": other})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "Origin"


async def test_an_address_that_asks_too_often_is_told_to_wait(opens_door: Any) -> None:
    door = await opens_door(LIMITS__REQUESTS_PER_SECOND="1", LIMITS__BURST="1")
    answers = await asyncio.gather(*(got(door) for _ in range(12)))  # a second allows one of them
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert said(refused)["code"] == "requests_too_many"
    assert refused.headers["retry-after"] == "1"


async def test_people_find_the_services_and_their_descriptions(door: Door) -> None:
    page = await got(door, "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "health-monitor" in page.text or "swagger-ui" in page.text
    assert (await got(door, "/docs/health-monitor")).status_code == 200
    assert (await got(door, "/docs/assets/swagger-ui.css")).headers["content-type"].startswith("text/css")
    assert (await got(door, "/")).headers["location"] == "/docs"


async def test_only_what_no_service_answered_is_logged_here(door: Door) -> None:
    await got(door, headers={"X-Request-Id": "answered-behind"})
    await got(door, "/nowhere", headers={"X-Request-Id": "answered-here"})

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in door.process.logs().splitlines()]

    await until(lambda: [line for line in lines() if line.get("request_id") == "answered-here"])
    line = next(line for line in lines() if line.get("request_id") == "answered-here")
    assert (line["service"], line["status"], line["path"], line["level"]) == ("door", 404, "/nowhere", "info")
    assert not [line for line in lines() if line.get("request_id") == "answered-behind"]
    # what nginx says of itself has the same shape
    await got(door, "/api/v1/sip/trunks")
    await until(lambda: [line for line in lines() if "connect() failed" in line["event"]])
    line = next(line for line in lines() if "connect() failed" in line["event"])
    assert (line["service"], line["module"], line["level"]) == ("door", "nginx", "error")
