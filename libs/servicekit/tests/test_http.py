"""Every refusal over REST is a problem document, and nothing is open that was not named open."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.readiness import Readiness
from servicekit.telemetry import tracing
from servicekit.testing import tokens
from servicekit.testing.refusing_app import made, told


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
