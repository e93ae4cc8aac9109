"""The link against a server that breaks the protocol: the caller is told, nothing hangs, nothing spins."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from switchlink.esl import (
    CommandRefused,
    CommandTimeout,
    EslError,
    EslEvent,
    EslLink,
    NotConnected,
    ProtocolViolation,
    Resync,
)
from switchlink.testing.esl_server import PASSWORD, EslServer, api_answer, json_event, reply
from switchlink.testing.event_log import EventLog


def _link(server: EslServer, *events: str, **options: float) -> EslLink:
    return EslLink(*server.address, PASSWORD, events, connect_timeout=0.5, **options)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Lie:
    name: str
    sent: bytes
    error: type[EslError] = ProtocolViolation


API = b"Content-Type: api/response\n"
LIES = [
    Lie("negative-length", API + b"Content-Length: -1\n\n"),
    Lie("huge-length", API + b"Content-Length: 99999999999\n\n"),
    Lie("longer-than-any-length", API + b"Content-Length: " + b"9" * 5000 + b"\n\n"),
    Lie("length-that-is-no-number", API + b"Content-Length: ten\n\n0123456789"),
    Lie("length-with-a-sign", API + b"Content-Length: +3\n\nabc"),
    Lie("length-in-other-digits", API + "Content-Length: ٣\n\nabc".encode()),
    Lie("two-lengths", API + b"Content-Length: 3\nContent-Length: 30\n\nabc"),
    Lie("no-content-type", b"Content-Length: 3\n\nabc"),
    Lie("not-a-header", b"Content-Type api/response\n\n"),
    Lie("endless-headers", b"Content-Type: api/response\n" + b"X: y\n" * 20_000),
    Lie("reply-without-text", b"Content-Type: command/reply\n\n"),
    Lie("event-that-is-no-json", json_event(b"{")),
    Lie("event-that-is-a-list", json_event(b"[1]")),
    Lie("goodbye", b"Content-Type: text/disconnect-notice\nContent-Length: 0\n\n", NotConnected),
    Lie("go-away", b"Content-Type: text/rude-rejection\nContent-Length: 4\n\nno!\n", NotConnected),
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
async def test_a_lie_ends_the_connection_and_the_next_one_works(lie: Lie) -> None:
    async with EslServer({"api lie": lie.sent}) as server, _link(server, "HEARTBEAT") as link:
        await link.wait_connected()
        results = await asyncio.gather(
            link.api("lie", timeout=3), link.api("after", timeout=3), return_exceptions=True
        )
        assert isinstance(results[1], lie.error), results
        await link.wait_connected()
        assert await link.api("status") == "+OK status"
        assert server.commands.count("api lie") == 1


@pytest.mark.parametrize(
    "sent", [API + b"Content-Length: 10\n\n123", API + b"Content-Le"], ids=["body", "head"]
)
async def test_an_answer_cut_by_the_end_of_the_connection_fails_and_does_not_spin(sent: bytes) -> None:
    async with EslServer({"api cut": sent}, cuts="api cut") as server, _link(server) as link:
        await link.wait_connected()
        with pytest.raises(ProtocolViolation, match="ended"):
            await link.api("cut")
        await link.wait_connected()
        before = time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - before < 0.25


async def test_the_end_of_the_connection_fails_every_command_that_waits() -> None:
    async with EslServer({"api last": b""}, cuts="api last") as server, _link(server) as link:
        await link.wait_connected()
        results = await asyncio.gather(
            link.api("last"), *(link.api("echo", str(n)) for n in range(5)), return_exceptions=True
        )
        assert all(isinstance(result, NotConnected) for result in results)


async def test_a_pending_job_fails_with_the_connection() -> None:
    async with (
        EslServer({"bgapi": reply("+OK Job-UUID: x")}, cuts="api bye") as server,
        _link(server) as link,
    ):
        await link.wait_connected()
        job = asyncio.ensure_future(link.bgapi("originate", "x"))
        with pytest.raises(NotConnected):
            while True:
                await link.api("bye")
        with pytest.raises(NotConnected):
            await job


async def test_a_job_without_an_end_times_out_and_the_connection_stays() -> None:
    async with EslServer({"bgapi": reply("+OK Job-UUID: x")}) as server, _link(server) as link:
        await link.wait_connected()
        with pytest.raises(CommandTimeout):
            await link.bgapi("originate", "x", timeout=0.8)
        assert link.connected
        assert server.connections == 1


async def test_silence_is_a_timeout_and_a_new_connection() -> None:
    async with EslServer({"api hush": None}) as server, _link(server) as link:
        await link.wait_connected()
        with pytest.raises(CommandTimeout):
            await link.api("hush", timeout=0.2)
        await link.wait_connected()
        assert server.connections == 2
        assert await link.api("status") == "+OK status"


async def test_an_answer_to_nothing_ends_the_connection() -> None:
    async with EslServer() as server, _link(server) as link:
        await link.wait_connected()
        server.send(api_answer(b"+OK nobody asked"))
        await server.until(lambda it: it.connections == 2)


async def test_a_caller_who_gave_up_does_not_shift_the_answers_of_the_others() -> None:
    async with EslServer({"api wait": None}) as server, _link(server) as link:
        await link.wait_connected()
        gives_up = asyncio.ensure_future(link.api("wait", "first"))
        stays = asyncio.ensure_future(link.api("wait", "second"))
        await server.until(lambda it: "api wait second" in it.commands)
        gives_up.cancel()
        server.send(api_answer(b"to the first") + api_answer(b"to the second"))
        assert await stays == "to the second"


async def test_a_caller_who_gave_up_is_still_owed_the_answer_in_time() -> None:
    async with EslServer({"api wait": None}) as server, _link(server) as link:
        await link.wait_connected()
        gives_up = asyncio.ensure_future(link.api("wait", timeout=0.2))
        await server.until(lambda it: "api wait" in it.commands)
        gives_up.cancel()
        await server.until(lambda it: it.connections == 2)


async def test_a_server_that_never_greets_is_given_up() -> None:
    async with EslServer(greeting=b"") as server, _link(server) as link:
        with pytest.raises(NotConnected, match="said nothing"):
            await link.wait_connected(2)


async def test_a_server_that_never_answers_the_password_is_given_up() -> None:
    async with EslServer({"auth": None}) as server, _link(server) as link:
        with pytest.raises(NotConnected, match="CommandTimeout"):
            await link.wait_connected(2)


async def test_a_refused_subscription_is_no_connection() -> None:
    async with EslServer({"event": reply("-ERR no keywords supplied")}) as server, _link(server) as link:
        with pytest.raises(NotConnected, match="subscription"):
            await link.wait_connected(1)


async def test_a_server_without_a_log_is_as_good() -> None:
    async with EslServer({"log": reply("-ERR command not found")}) as server, _link(server) as link:
        await link.wait_connected()


async def test_a_switch_that_stands_still_is_noticed_without_any_command() -> None:
    async with EslServer({"api uptime": None}) as server, _link(server, idle_seconds=0.1) as link:
        await link.wait_connected()
        await server.until(lambda it: it.connections == 2)


async def test_latin_1_is_read_as_well_as_it_can_be() -> None:
    async with EslServer({"api name": api_answer(b"Andr\xe9")}) as server, _link(server, "X") as link:
        await link.wait_connected()
        assert await link.api("name") == "Andr�"
        server.send(json_event(b'{"Event-Name":"X","Caller-Caller-ID-Name":"Andr\xe9"}'))
        event = await EventLog(link).first("X")
        assert event.headers["Caller-Caller-ID-Name"] == "Andr�"


async def test_what_begins_with_err_or_usage_is_a_refusal() -> None:
    script = {
        "api no": api_answer(b"-ERR No such channel!\n"),
        "api how": api_answer(b"-USAGE: how <uuid>\n"),
    }
    async with EslServer(script) as server, _link(server) as link:
        await link.wait_connected()
        for command in ("no", "how"):
            with pytest.raises(CommandRefused):
                await link.api(command)


async def test_a_body_in_the_plain_form_is_not_read_as_an_event() -> None:
    forged = b"Event-Name: X\nUnique-ID: forged\n\n"
    async with EslServer() as server, _link(server, "X") as link:
        await link.wait_connected()
        server.send(b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(forged), forged))
        server.send(json_event(b'{"Event-Name":"X","Unique-ID":"real"}'))
        assert (await EventLog(link).first("X")).uuid == "real"


async def test_events_that_the_switch_dropped_are_a_resync() -> None:
    text = b"2026-11-23 [CRIT] mod_event_socket.c:389 Lost [3] events! Event Queue size: [0/100000]\n"
    async with EslServer() as server, _link(server, "X") as link:
        await link.wait_connected()
        server.send(b"Content-Type: log/data\nContent-Length: %d\nLog-Level: 2\n\n%s" % (len(text), text))
        server.send(json_event(b'{"Event-Name":"X"}'))
        log = EventLog(link)
        await log.first("X")
        assert log.resyncs == [Resync("connected"), Resync("switch_lost_events")]


async def test_a_reader_who_is_too_slow_loses_events_and_is_told_where() -> None:
    async with EslServer() as server, _link(server, "X", buffered_events=100) as link:
        await link.wait_connected()
        for index in range(1000):
            server.send(json_event(b'{"Event-Name":"X","Unique-ID":"%d"}' % index))
        await link.api("status")
        items = await anext(link.events())
        kept = [item.uuid for item in items if isinstance(item, EslEvent)]
        assert items[-1] == Resync("overflow")
        assert kept == [str(index) for index in range(len(kept))]
        assert link.dropped == 1000 - len(kept)


async def test_a_fault_in_the_greeting_ends_the_reading_with_it() -> None:
    async def broken(_: EslLink) -> None:
        raise RuntimeError("a fault of the program")

    async with EslServer() as server:
        link = EslLink(*server.address, PASSWORD, [], broken)
        await link.start()
        with pytest.raises(ExceptionGroup, match="unhandled errors"):
            async with asyncio.timeout(2):
                async for _ in link.events():
                    pass
        await link.aclose()
