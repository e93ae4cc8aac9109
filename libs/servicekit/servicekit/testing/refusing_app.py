"""A REST application whose routes refuse in each way there is, and the look at what it said."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import NotFound, TooMany, Unavailable, Violation
from servicekit.http import Role, create_app, principal, require
from servicekit.readiness import Readiness
from servicekit.streams import Event
from servicekit.streams.answer import EventStream
from servicekit.testing import verifier_of

TRACE_DIGITS = 32
_WRONG = Violation("/id", "id_unknown", "nobody has it", "look again")


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

    @app.get("/stream", response_model=None)
    async def stream() -> EventStream:
        async def events() -> AsyncGenerator[Event, None]:
            yield Event("first", b"1")
            await asyncio.Event().wait()

        return EventStream(events)

    return app


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
    assert len(document["trace_id"]) == TRACE_DIGITS
    return document
