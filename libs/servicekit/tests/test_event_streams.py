"""An event stream ends for a reason that its reader is told, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.clock import FakeClock, SystemClock
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.open_streams import Most
from servicekit.readiness import Readiness
from servicekit.streams import Event
from servicekit.streams import answer as answering
from servicekit.streams.answer import EventStream
from servicekit.testing import tokens, until, verifier_of
from servicekit.testing.event_stream import Heard, events_of


@dataclass
class Scene:
    client: httpx.AsyncClient
    issuer: DevIssuer
    clock: FakeClock
    open: list[str] = field(default_factory=list)

    def as_(self, tenant: str = "t_demo") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(tenant, ttl=60)}"}


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    issuer, clock = tokens(tmp_path), FakeClock(SystemClock().now())
    app = create_app("test", "Test", verifier_of(issuer, clock), Readiness(), most_streams=Most(of_tenant=2))
    server = HttpServer(app, "127.0.0.1:0")
    serving = asyncio.create_task(server.run())
    await server.started()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as client:
        scene = Scene(client, issuer, clock)

        @app.get("/events", response_model=None)
        async def stream(kind: str = "") -> EventStream:
            async def events() -> AsyncGenerator[Event, None]:
                scene.open.append(kind)
                try:
                    if kind == "refused":
                        raise Unavailable("storage_unavailable", "away")
                    yield Event("here", b'{"a":1}', "x.1")
                    if kind == "broken":
                        raise Unavailable("storage_unavailable", "away")
                    while kind == "flood":
                        yield Event("much", b'"' + b"-" * 100_000 + b'"', "x.2")
                    await asyncio.Event().wait()
                finally:
                    scene.open.remove(kind)

            return EventStream(events)

        yield scene
    server.stop(1)
    await serving


async def test_a_stream_begins_with_its_first_event_and_is_finished_with_its_token(scene: Scene) -> None:
    async with scene.client.stream("GET", "/events", headers=scene.as_()) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert (answer.headers["x-accel-buffering"], answer.headers["cache-control"]) == ("no", "no-store")
        heard = events_of(answer)
        assert await anext(heard) == Heard("here", {"a": 1}, "x.1")
        scene.clock.advance(62)
        assert [(one.name, one.data["code"], one.id) async for one in heard] == [
            ("ended", "token_expired", "x.1")
        ]
    assert scene.open == []


async def test_what_goes_wrong_before_the_first_event_is_a_refusal_and_later_the_end(scene: Scene) -> None:
    refused = await scene.client.get("/events?kind=refused", headers=scene.as_())
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    async with scene.client.stream("GET", "/events?kind=broken", headers=scene.as_()) as answer:
        heard = [(one.name, one.data.get("code")) async for one in events_of(answer)]
    assert heard == [("here", None), ("ended", "storage_unavailable")]


async def test_a_reader_that_goes_leaves_nothing_behind(scene: Scene) -> None:
    async with scene.client.stream("GET", "/events", headers=scene.as_()) as answer:
        await anext(events_of(answer))
        assert scene.open == [""]
    await until(lambda: not scene.open)


async def test_one_tenant_has_so_many_streams_and_others_have_theirs(scene: Scene) -> None:
    async with (
        scene.client.stream("GET", "/events", headers=scene.as_()),
        scene.client.stream("GET", "/events", headers=scene.as_()),
    ):
        refused = await scene.client.get("/events", headers=scene.as_())
        assert (refused.status_code, refused.json()["code"]) == (429, "streams_too_many")
        async with scene.client.stream("GET", "/events", headers=scene.as_("t_other")) as other:
            assert other.status_code == 200
    await until(lambda: not scene.open)
    async with scene.client.stream("GET", "/events", headers=scene.as_()) as again:
        assert again.status_code == 200


async def test_a_reader_that_takes_nothing_is_cut_off(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(answering, "_LAST_WORDS_SECONDS", 0.1)
    async with scene.client.stream("GET", "/events?kind=flood", headers=scene.as_()) as answer:
        heard = events_of(answer)
        await anext(heard)
        await until(lambda: not scene.open)
        await heard.aclose()
