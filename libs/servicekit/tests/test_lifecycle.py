"""A process starts or says why not, drains and says what it waits for, and leaves with the right code."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from servicekit.http import create_app
from servicekit.lifecycle import Service, WrongSetting, run, serve
from servicekit.settings import ProcessSettings
from servicekit.streams import Event
from servicekit.streams.answer import EventStream
from servicekit.testing import tokens, until, verifier_of
from servicekit.testing.event_stream import events_of

Build = Callable[[Service[ProcessSettings]], Awaitable[None]]


class Quick(ProcessSettings):
    drain_seconds: float = 0.3


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEEPLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["test"])


def ended(build: Build, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code of a whole process, its log lines and what else it wrote."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as left:
        run("test", Quick, build)
    signal.signal(signal.SIGINT, before)
    written = capsys.readouterr().err.splitlines()
    lines = [json.loads(line) for line in written if line.startswith("{")]
    return int(str(left.value.code)), lines, "\n".join(line for line in written if not line.startswith("{"))


def told_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_process_that_is_told_to_stop_leaves_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("closed")

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("cancelled")

    async def build(service: Service[ProcessSettings]) -> None:
        service.stack.push_async_callback(close)
        service.spawn(forever(), name="forever")
        asyncio.get_running_loop().call_soon(told_to_stop)

    code, lines, _ = ended(build, capsys)
    assert code == 0
    assert closed == ["cancelled", "closed"]
    assert [line["event"] for line in lines][-1] == "stopped"


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["-h"], 0), (["--port", "80"], 2)])
def test_help_and_anything_else_on_the_command_line_print_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    async def build(service: Service[ProcessSettings]) -> None:
        raise AssertionError("it must not be built")

    monkeypatch.setattr(sys, "argv", ["test", *arguments])
    monkeypatch.delenv("KEEPLINE_DATA_DIR")
    with pytest.raises(SystemExit) as left:
        run("test", Quick, build)
    assert left.value.code == code
    said = capsys.readouterr()
    assert "KEEPLINE_DATA_DIR  (path; required)" in (said.err if code else said.out)


def test_a_task_that_crashes_ends_the_process_with_1_and_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def crash() -> None:
        raise RuntimeError("the sky fell")

    async def build(service: Service[ProcessSettings]) -> None:
        service.spawn(crash(), name="relay")

    code, lines, _ = ended(build, capsys)
    assert code == 1
    crashed = next(line for line in lines if line["event"].startswith("a task crashed"))
    assert crashed["task"] == "relay"
    assert "the sky fell" in crashed["reason"]


def test_a_kept_task_that_crashes_ends_nothing_and_is_started_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.keeping.FIRST_SECONDS", 0.01)
    told: list[dict[str, str]] = []

    async def build(service: Service[ProcessSettings]) -> None:
        async def relay() -> None:
            told.append(service.readiness.degraded())
            if len(told) < 3:
                raise RuntimeError("the password is wrong")
            told_to_stop()
            await asyncio.Event().wait()

        service.keep(relay, name="outbox relay")

    code, lines, _ = ended(build, capsys)
    assert code == 0
    crashes = [line for line in lines if line["event"].startswith("a task crashed")]
    assert [line["task"] for line in crashes] == ["outbox relay"] * 2
    assert told[0] == {}
    assert all("the password is wrong" in found["outbox relay"] for found in told[1:])


def test_a_service_that_cannot_be_built_leaves_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    async def build(_service: Service[ProcessSettings]) -> None:
        raise RuntimeError("no way")

    code, lines, _ = ended(build, capsys)
    assert code == 1
    assert any("no way" in str(line.get("reason")) for line in lines)


def test_a_setting_that_proves_wrong_later_is_named_and_leaves_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def build(_service: Service[ProcessSettings]) -> None:
        raise WrongSetting("KEEPLINE_SWITCH__PASSWORD_FILE", "cannot be read")

    code, _, written = ended(build, capsys)
    assert code == 2
    assert written == "KEEPLINE_SWITCH__PASSWORD_FILE: cannot be read"


@pytest.mark.parametrize(
    ("folder", "told"), [("/proc/nope", "cannot make"), ("/dev/null", "cannot make"), ("/proc/1", "write to")]
)
def test_a_folder_that_cannot_be_written_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: str, told: str
) -> None:
    async def build(_service: Service[ProcessSettings]) -> None:
        raise AssertionError("it must not be built")

    monkeypatch.setenv("KEEPLINE_DATA_DIR", folder)
    code, _, written = ended(build, capsys)
    assert code == 2
    assert written.startswith("KEEPLINE_DATA_DIR: ")
    assert told in written


def test_being_told_to_stop_while_starting_stops(capsys: pytest.CaptureFixture[str]) -> None:
    async def build(_service: Service[ProcessSettings]) -> None:
        told_to_stop()
        await asyncio.Event().wait()

    code, _, _ = ended(build, capsys)
    assert code == 0


def test_draining_says_what_it_waits_for_and_gives_up_after_the_grace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    left = ["2 calls", "1 call", ""]

    async def build(service: Service[ProcessSettings]) -> None:
        service.on_drain("calls", lambda: left.pop(0) if left else None)
        service.on_drain("events", lambda: "9 events to be sent")
        asyncio.get_running_loop().call_soon(told_to_stop)

    code, lines, _ = ended(build, capsys)
    assert code == 0
    said = next(line for line in lines if line["event"] == "waiting before the end")
    assert said["left"] == {"calls": "2 calls", "events": "9 events to be sent"}
    over = next(line for line in lines if line["event"].startswith("the grace is over"))
    assert over["left"] == {"events": "9 events to be sent"}


class Running:
    """A service in this loop."""

    def __init__(self, build: Build) -> None:
        self.stopping = asyncio.Event()
        self.task = asyncio.ensure_future(serve("test", Quick(), build, self.stopping))

    async def stop(self) -> None:
        self.stopping.set()
        await self.task


async def test_requests_under_way_finish_and_event_streams_are_ended(tmp_path: Path) -> None:
    issuer = tokens(tmp_path)
    entered, release, ports = asyncio.Event(), asyncio.Event(), list[int]()

    async def build(service: Service[ProcessSettings]) -> None:
        app = create_app("test", "Test", verifier_of(issuer), service.readiness)

        @app.get("/slow")
        async def slow() -> str:
            entered.set()
            await release.wait()
            return "done"

        @app.get("/stream", response_model=None)
        async def stream() -> EventStream:
            async def events() -> AsyncGenerator[Event, None]:
                yield Event("first", b"1")
                await asyncio.Event().wait()

            return EventStream(events)

        ports.append(await service.serve_http(app))

    running = Running(build)
    await until(lambda: ports)
    headers = {"Authorization": f"Bearer {issuer.token('t_demo')}"}
    base = f"http://127.0.0.1:{ports[0]}"
    async with httpx.AsyncClient(base_url=base, headers=headers) as client:
        slow = asyncio.ensure_future(client.get("/slow"))
        await entered.wait()
        async with client.stream("GET", "/stream") as stream:
            heard = events_of(stream)
            assert (await anext(heard)).name == "first"
            stopping = asyncio.ensure_future(running.stop())
            assert [(one.name, one.data["code"]) async for one in heard] == [("ended", "server_stopping")]
        release.set()
        assert (await slow).json() == "done"
        await stopping
        with pytest.raises(httpx.ConnectError):
            await client.get("/slow")


async def test_a_port_in_use_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = list[int]()

    async def build(service: Service[ProcessSettings]) -> None:
        app = create_app("test", "Test", verifier_of(tokens(tmp_path)), service.readiness)
        ports.append(await service.serve_http(app))

    running = Running(build)
    await until(lambda: ports)
    monkeypatch.setenv("KEEPLINE_HTTP__LISTEN", f"127.0.0.1:{ports[0]}")
    with pytest.raises(ExceptionGroup) as raised:
        await Running(build).task
    wrong = raised.value.subgroup(WrongSetting)
    assert wrong is not None
    assert "KEEPLINE_HTTP__LISTEN" in str(wrong.exceptions)
    await running.stop()


def test_a_task_that_loses_its_first_cancellation_is_cancelled_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.service._CANCEL_AGAIN", 0.05)

    async def deaf() -> None:
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    async def build(service: Service[ProcessSettings]) -> None:
        service.spawn(deaf(), name="deaf")
        asyncio.get_running_loop().call_later(0.01, told_to_stop)

    code, lines, _ = ended(build, capsys)
    assert code == 0
    assert any(line["event"] == "tasks do not end" and line["tasks"] == ["deaf"] for line in lines)
