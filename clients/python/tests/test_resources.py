"""The resources are those of the API's description, field by field."""

import json
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from pydantic import BaseModel

from keepline_client import resources as r
from keepline_client.rest.kinds import Kind, ReadKind

OPENAPI = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text())
SCHEMAS = OPENAPI["components"]["schemas"]
# what an iterator does itself, and what would make objects of parts
OF_LISTS = {"page_token", "fields"}

WRITTEN: list[tuple[Kind[Any, Any, Any, Any], Any, Any, Any]] = [
    (r.TRUNKS, r.NewTrunk, r.TrunkChange, r.TrunkQuery),
    (r.NUMBERS, r.NewNumber, r.NumberChange, r.NumberQuery),
    (r.AGENTS, r.NewAgent, r.AgentChange, r.AgentQuery),
    (r.PLANS, r.NewPlan, r.PlanChange, r.PlanQuery),
    (r.API_KEYS, r.NewApiKey, r.ApiKeyChange, r.ApiKeyQuery),
    (r.ONBOARDINGS, r.NewOnboarding, r.OnboardingChange, r.OnboardingQuery),
]
READ: list[tuple[ReadKind[Any, Any], Any]] = [
    *((kind, query) for kind, _, _, query in WRITTEN),
    (r.CALLS, r.CallQuery),
    (r.REJECTIONS, r.RejectionQuery),
    (r.STATUSES, r.StatusQuery),
    (r.AGENT_STATUSES, r.AgentStatusQuery),
    (r.AUDIT, r.AuditQuery),
]


def name_of(value: Any) -> str:
    return value.path if isinstance(value, ReadKind) else ""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        return found
    return resolved(schema["anyOf"][0]) if "anyOf" in schema else schema


def of(method: str, kind: ReadKind[Any, Any], *, one: bool) -> dict[str, Any]:
    # such as /api/v1/sip/trunks/{trunk_id}
    (place,) = (p for p in OPENAPI["paths"] if re.fullmatch(kind.path + (r"/\{\w+\}" if one else ""), p))
    operation: dict[str, Any] = OPENAPI["paths"][place][method]
    return operation


def answer(operation: dict[str, Any]) -> dict[str, Any]:
    (good,) = (told for status, told in operation["responses"].items() if status in ("200", "201"))
    return resolved(good["content"]["application/json"]["schema"])


def differences(model: type[BaseModel], schema: dict[str, Any], where: str) -> Iterator[str]:
    told = schema["properties"]
    yield from (f"{where}.{name}" for name in model.model_fields.keys() ^ told.keys())
    for name, field in model.model_fields.items():
        if field.is_required() and name not in schema["required"]:
            yield f"{where}.{name} may be absent"
        inner, part = model_in(field.annotation), resolved(told.get(name, {}))
        part = resolved(part.get("items", part))
        if inner is not None and "properties" in part:
            yield from differences(inner, part, f"{where}.{name}")


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Of X, X | None and tuple[X, ...]."""
    for part in (annotation, *get_args(annotation)):
        if (
            isinstance(part, type)
            and not isinstance(part, types.GenericAlias)
            and issubclass(part, BaseModel)
        ):
            return cast(type[BaseModel], part)
    return None


@pytest.mark.parametrize(("kind", "query"), READ, ids=name_of)
def test_what_is_read_and_asked_is_what_the_api_tells(kind: ReadKind[Any, Any], query: Any) -> None:
    schema = answer(of("get", kind, one=True))
    made = {"secret"} if kind is r.API_KEYS else set()
    found = {d for d in differences(kind.model, schema, "") if d.removeprefix(".") not in made}
    assert found == set()
    listed = of("get", kind, one=False)
    asked = query.__required_keys__ | query.__optional_keys__
    assert {p["name"] for p in listed["parameters"]} - OF_LISTS == asked
    assert kind.plural in answer(listed)["properties"]


@pytest.mark.parametrize(("kind", "new", "change", "_query"), WRITTEN, ids=name_of)
def test_what_may_be_written_is_what_the_api_takes(
    kind: Kind[Any, Any, Any, Any], new: Any, change: Any, _query: Any
) -> None:
    taken = resolved(of("post", kind, one=False)["requestBody"]["content"]["application/json"]["schema"])
    assert new.__required_keys__ | new.__optional_keys__ == taken["properties"].keys()
    assert new.__required_keys__ == set(taken["required"])
    body = of("patch", kind, one=True)["requestBody"]["content"]["application/merge-patch+json"]["schema"]
    may = {name for name, told in resolved(body)["properties"].items() if not told.get("readOnly")}
    assert change.__optional_keys__ == may


def test_a_dry_run_asks_and_answers_as_the_api_does() -> None:
    operation = OPENAPI["paths"][r.ROUTE]["post"]
    taken = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    assert r.CallToRoute.__annotations__.keys() == taken["properties"].keys()
    assert set(differences(r.Decision, answer(operation), "")) == set()


def test_the_network_is_told_and_ordered_as_the_api_does() -> None:
    def at(path: str, method: str) -> dict[str, Any]:
        operation: dict[str, Any] = OPENAPI["paths"][path][method]
        return operation

    switches = r.NETWORK_SWITCHES + "/{switch_id}"
    told = [(r.Network, at(r.NETWORK, "get")), (r.Word, at(r.NETWORK_WORD, "post"))]
    told += [(r.Switch, at(switches, "get")), (r.Switch, at(switches, "patch"))]
    for model, operation in told:
        assert set(differences(model, answer(operation), "")) == set()
    word = resolved(at(r.NETWORK_WORD, "post")["requestBody"]["content"]["application/json"]["schema"])
    assert r.WordToSay.__annotations__.keys() == word["properties"].keys()
    body = at(switches, "patch")["requestBody"]["content"]["application/merge-patch+json"]["schema"]
    may = {name for name, told in resolved(body)["properties"].items() if not told.get("readOnly")}
    assert r.SwitchChange.__optional_keys__ == may


def test_how_onboardings_go_is_told_as_the_api_does() -> None:
    operation = OPENAPI["paths"][r.ONBOARDING_SUCCESS]["get"]
    assert set(differences(r.OnboardingSuccess, answer(operation), "")) == set()
    assert {one["name"] for one in operation["parameters"]} == {"from", "to"}


def test_every_resource_of_the_api_is_there() -> None:
    ours = {kind.path for kind, _ in READ} | {r.ROUTE, r.NETWORK}
    left = {path for path in OPENAPI["paths"] if not path.startswith(tuple(ours))}
    # for browsers: streams, and the guided way
    assert all(path.endswith("/stream") or path.startswith("/api/v1/sip/onboardings") for path in left)
