"""The description says what is true of every operation: its name, its token, each status with its codes."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel

from servicekit.http import create_app, refuses
from servicekit.http.code_pages import catalogue
from servicekit.readiness import Readiness
from servicekit.testing import tokens, verifier_of


class Thing(BaseModel):
    name: str


class ThingPage(BaseModel):
    things: list[Thing]
    next_page_token: str | None = None


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    app = create_app("test", "Test", verifier_of(tokens(tmp_path)), Readiness(), open_paths=("/hook",))

    @app.post("/trunks", status_code=201, responses=refuses("domain_taken", "quota_trunks"))
    async def create_trunk(
        thing: Thing, idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = ""
    ) -> Thing: ...

    @app.delete("/trunks/{trunk_id}", status_code=204)
    async def delete_trunk(trunk_id: str) -> None: ...

    @app.get("/trunks/{trunk_id}")
    async def get(trunk_id: str) -> Thing: ...

    @app.get("/things")
    async def list_things(fields: str = "") -> ThingPage: ...

    @app.get("/hook")
    async def ask_hook() -> None: ...

    return app


def codes(operation: dict[str, Any]) -> dict[str, list[str]]:
    """By status."""
    return {
        status: answer["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"][
            "enum"
        ]
        for status, answer in operation["responses"].items()
        if "application/problem+json" in answer.get("content", {})
    }


def test_an_operation_is_named_as_its_function(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths["/trunks"]["post"]["operationId"] == "createTrunk"
    assert paths["/trunks/{trunk_id}"]["get"]["operationId"] == "getTrunk"
    assert paths["/hook"]["get"]["operationId"] == "askHook"


def test_every_status_is_told_with_its_codes(app: FastAPI) -> None:
    create = app.openapi()["paths"]["/trunks"]["post"]
    found = codes(create)
    assert set(create["responses"]) == {"201", *found}
    assert set(found) >= {"400", "401", "403", "409", "413", "415", "422", "429", "500", "503"}
    assert set(found["409"]) >= {"domain_taken", "quota_trunks"}
    assert found["415"] == ["content_type_unsupported"]
    assert "token_expired" in found["401"]
    assert "request_invalid" in found["422"]


def test_what_cannot_happen_is_not_told(app: FastAPI) -> None:
    delete = app.openapi()["paths"]["/trunks/{trunk_id}"]["delete"]
    found = codes(delete)
    assert found["404"] == ["trunk_not_found"]
    assert {"400", "413", "415", "409"}.isdisjoint(found)
    assert {"401", "403", "429"}.isdisjoint(codes(app.openapi()["paths"]["/hook"]["get"]))


def test_every_answer_tells_its_id(app: FastAPI) -> None:
    for methods in app.openapi()["paths"].values():
        for operation in methods.values():
            assert all("X-Request-Id" in answer["headers"] for answer in operation["responses"].values())


def test_a_part_of_an_object_has_its_fields_and_requires_none(app: FastAPI) -> None:
    description = app.openapi()
    schemas = description["components"]["schemas"]
    answer = description["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert [one["$ref"].rpartition("/")[2] for one in answer["anyOf"]] == ["ThingPage", "ThingPageOfParts"]
    assert schemas["ThingPageOfParts"]["properties"]["things"]["items"] == {
        "$ref": "#/components/schemas/ThingPart"
    }
    assert schemas["ThingPart"]["properties"] == schemas["Thing"]["properties"]
    assert ("required" in schemas["Thing"], "required" in schemas["ThingPart"]) == (True, False)


def test_the_token_is_named_where_it_is_needed(app: FastAPI) -> None:
    description = app.openapi()
    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert description["paths"]["/trunks"]["post"]["security"] == [{"token": []}]
    assert description["paths"]["/hook"]["get"]["security"] == []
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_every_code_says_what_happened_and_how_to_repair_it() -> None:
    for code, found in catalogue().items():
        assert found.what and found.repair and found.by, code
