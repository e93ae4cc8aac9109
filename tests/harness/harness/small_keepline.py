"""Trunks as sip-config tells them, kept in a dict, by the kit of all services; and faults on the way."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.api import described, rest
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.auth import TokenVerifier, principal
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.clock import SystemClock
from servicekit.errors import Invalid, NotFound
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.testing import MemoryCollection, verifier_of
from servicekit.timestamps import rfc3339

PATH = "/api/v1/sip/trunks"
_UP_SECONDS = 20


class TrunkToCreate(BaseModel):
    name: str = documented("what you call it")
    country: str = documented("where it is")
    domain_label: str = may_be_absent("chosen once")
    source_cidrs: list[str] = []
    enabled: bool = True


TRUNK = Resource(TrunkToCreate, read_only=frozenset({"id", "version", "domain", "created_at", "updated_at"}))
TRUNKS = ListRule(
    fields=("id", "name", "version"), order={"name": str}, filters={"country": str, "enabled": bool}
)


@dataclass
class Fault:
    """status 0: the connection breaks. done: only after the request was done."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False
    after_seconds: float = 0.0


@dataclass
class Faults:
    """Of the next requests, in order; and the requests that came, with their headers."""

    next: deque[Fault] = field(default_factory=deque)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def clear(self) -> None:
        self.next.clear()
        self.seen.clear()

    def on(self, app: ASGIApp) -> ASGIApp:
        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.seen.append((scope["method"], scope["path"], headers))
            if not self.next:
                return await app(scope, receive, send)
            fault = self.next.popleft()
            await asyncio.sleep(fault.after_seconds)
            if fault.done:
                await app(scope, receive, _nowhere)
            if not fault.status:
                length = [(b"content-length", b"100")]
                await send({"type": "http.response.start", "status": 200, "headers": length})
                await send({"type": "http.response.body", "body": b"{", "more_body": True})
                return None  # uvicorn closes the connection of an answer that is not whole
            await Response("<html>", fault.status, fault.headers, "text/html")(scope, receive, send)

        return faulty


async def _nowhere(_message: Message) -> None:
    return None


def trunks_app(verifier: TokenVerifier, faults: Faults) -> FastAPI:
    app = create_app("sip-config", "Trunks", verifier, Readiness())
    keys = IdempotencyKeys(MemoryCollection("keys"), SystemClock())
    kept: dict[str, dict[str, Any]] = {}

    def of(trunk_id: str) -> dict[str, Any]:
        if trunk_id not in kept or kept[trunk_id]["tenant"] != principal().tenant_id:
            raise NotFound("trunk_not_found", f"there is no trunk {trunk_id}", hint="list them")
        found: dict[str, Any] = kept[trunk_id]["trunk"]
        return found

    @app.post(PATH)
    async def create(request: Request) -> Response:
        tenant = principal().tenant_id
        document = await rest.document(request)
        reading = checked(TRUNK.created(document))

        async def make(trunk_id: str) -> Answer:
            now = rfc3339(SystemClock().now())
            made = {**fields(reading), "id": trunk_id, "version": 1, "domain": "a.sip.example"}
            kept[trunk_id] = {"tenant": tenant, "trunk": {**made, "created_at": now, "updated_at": now}}
            return rest.created(f"{PATH}/{trunk_id}", of(trunk_id), 1)

        return await rest.once(keys, request, document, make, tenant_id=tenant, prefix="trk")

    @app.get(PATH, openapi_extra=described.lists(TRUNKS))
    async def listed(request: Request) -> Response:
        asked = rest.list_asked(request, TRUNKS)
        mine = [k["trunk"] for _, k in sorted(kept.items()) if k["tenant"] == principal().tenant_id]
        after = asked.after[0] if asked.after else ""
        found = [t for t in mine if t["id"] > after and matches(t, asked.filters)]
        page, more = found[: asked.page_size], len(found) > asked.page_size
        return rest.page("trunks", page, asked.token([page[-1]["id"]]) if more else "", asked.fields)

    @app.get(PATH + "/{trunk_id}", openapi_extra=described.reads(TRUNKS.fields))
    async def get(trunk_id: str, request: Request) -> Response:
        asked = rest.fields_asked(request, TRUNKS.fields)
        return rest.one(request, of(trunk_id), of(trunk_id)["version"], fields=asked)

    @app.patch(PATH + "/{trunk_id}")
    async def update(trunk_id: str, request: Request) -> Response:
        expected, patch, trunk = rest.if_match(request), await rest.document(request), of(trunk_id)
        expected.check("trunk", trunk["version"])
        reading = checked(TRUNK.patched(trunk, patch))
        trunk.update(fields(reading), version=trunk["version"] + 1)
        return rest.changed(trunk, trunk["version"])

    @app.delete(PATH + "/{trunk_id}", status_code=204)
    async def delete(trunk_id: str, request: Request) -> Response:
        rest.if_match(request).check("trunk", of(trunk_id)["version"])
        del kept[trunk_id]
        return Response(status_code=204)

    app.add_middleware(_Faulty, around=faults.on)
    return app


class _Faulty:
    def __init__(self, app: ASGIApp, around: Callable[[ASGIApp], ASGIApp]) -> None:
        self._app = around(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def checked(reading: Reading) -> Reading:
    if reading.faults:
        raise Invalid("trunk_invalid", "the trunk is wrong", violations=reading.faults)
    return reading


def fields(reading: Reading) -> dict[str, Any]:
    names = ("name", "country", "source_cidrs", "enabled")
    return {"endpoints": [], **{name: reading[name] for name in names}}


def matches(trunk: dict[str, Any], filters: Any) -> bool:
    return all(trunk[name] in values for name, values in filters.items())


class SmallKeepline:
    """Served by a thread of its own, so that code that waits can ask it."""

    def __init__(self, issuer: DevIssuer) -> None:
        self.faults = Faults()
        self.issuer = issuer
        self.url = ""
        self._stop = threading.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        if not self._up.wait(_UP_SECONDS):
            raise RuntimeError("the small Keepline is not up")

    @property
    def token(self) -> str:
        return self.issuer.token("t_a")

    async def _serve(self) -> None:
        server = HttpServer(trunks_app(verifier_of(self.issuer), self.faults), "127.0.0.1:0")
        serving = asyncio.create_task(server.run())
        await server.started()
        self.url = f"http://127.0.0.1:{server.port}"
        self._up.set()
        await asyncio.to_thread(self._stop.wait)
        server.stop(1)
        await serving

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)
