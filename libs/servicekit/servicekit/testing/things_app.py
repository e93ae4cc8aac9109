"""A REST application with things, a hook without a token, a stream and what is away."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Response

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import NotFound, Unavailable
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.streams import Event
from servicekit.streams.answer import EventStream
from servicekit.telemetry import logging
from servicekit.telemetry.request_id import request_id
from servicekit.testing import verifier_of


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

    @app.get("/stream", response_model=None)
    async def stream() -> EventStream:
        async def events() -> AsyncGenerator[Event, None]:
            yield Event("first", b"1")
            await asyncio.Event().wait()

        return EventStream(events)

    return app


@asynccontextmanager
async def asked_as(issuer: DevIssuer, tenant_id: str = "t_demo") -> AsyncIterator[httpx.AsyncClient]:
    """Over a real connection: what is sent for HEAD and 204 is uvicorn's matter, too."""
    server = HttpServer(made(issuer), "127.0.0.1:0")
    running = asyncio.ensure_future(server.run())
    await server.started()
    headers = {"Authorization": f"Bearer {issuer.token(tenant_id)}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client:
        yield client
    server.stop(0)
    await running
