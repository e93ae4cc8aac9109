"""What we say we can do is what a call of ours can have, whoever behind the edge says more."""

import asyncio
from pathlib import Path

import pytest

from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Wire, callee_dialog, caller_dialog, reply, request, within

URI = "sip:+4930123@acme.sip.keepline.test"
METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO"
WITHOUT_PRACK = METHODS.replace("PRACK, ", "")
# what FreeSWITCH writes, and what others do
SWITCHES_OWN = (
    "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY\r\n"
    "Allow-Events: talk, hold, conference, refer\r\nu: presence\r\nAccept: application/sdp, text/plain\r\n"
)
EXTENSIONS = [
    ("Supported: timer, path, replaces\r\n", ["timer"]),
    ("Supported: path, replaces\r\n", []),
    ("k: 100rel,timer,gruu\r\n", ["100rel, timer"]),
    ("Supported: path\r\nSupported: 100rel\r\n", ["100rel"]),
    ("Supported: x100rel, timers\r\n", []),
    ("Supported:\r\n", []),
    ("", []),
]


def assert_ours(message, extensions: list[str]) -> None:
    assert message.all("Allow") == [METHODS]
    assert message.all("Accept") == ["application/sdp"]
    assert message.all("Supported") == extensions
    assert message.all("k") + message.all("Allow-Events") + message.all("u") == []


@pytest.mark.parametrize(("said", "passed"), EXTENSIONS)
async def test_what_a_switch_answers_names_our_abilities_alone(
    edge: RunningEdge, switch: Wire, provider: Wire, said: str, passed: list[str]
) -> None:
    provider.send(request("INVITE", URI, provider, "Supported: 100rel, replaces\r\n", SDP), edge.public)
    call = await switch.receive("INVITE")
    assert call.one("Supported") == "100rel, replaces"
    for status in (183, 200):
        extra = f"Contact: <sip:{switch.at}>\r\n{SWITCHES_OWN}{said}"
        switch.send(reply(call, status, "Whatever", extra=extra, tag="s", body=SDP), call.peer)
        answer = await provider.receive(status)
        assert_ours(answer, passed)
    dialog = caller_dialog(answer)
    provider.send(within(dialog, "UPDATE", provider), edge.public)
    update = await switch.receive("UPDATE")
    switch.send(reply(update, 200, "OK", extra=SWITCHES_OWN + said), update.peer)
    assert_ours(await provider.receive(200), passed)


@pytest.mark.parametrize(("said", "passed"), EXTENSIONS)
async def test_what_a_switch_asks_names_our_abilities_alone(
    edge: RunningEdge, switch: Wire, agent: Wire, said: str, passed: list[str]
) -> None:
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, SWITCHES_OWN + said, SDP), edge.inner)
    leg = await agent.receive("INVITE")
    assert_ours(leg, passed)
    agent.send(reply(leg, 200, "OK", extra=f"Contact: <sip:{agent.at}>\r\n", tag="a", body=SDP), leg.peer)
    dialog = caller_dialog(await switch.receive(200))
    switch.send(within(dialog, "INVITE", switch, SWITCHES_OWN + said), edge.inner)
    again = await agent.receive("INVITE")
    assert_ours(again, passed)
    agent.send(reply(again, 200, "OK", extra=f"Contact: <sip:{agent.at}>\r\n"), again.peer)
    back = callee_dialog(leg, "a")
    agent.send(within(back, "INFO", agent), edge.public)
    info = await switch.receive("INFO")
    switch.send(reply(info, 200, "OK", extra=SWITCHES_OWN + said), info.peer)
    assert_ours(await agent.receive(200), passed)


async def test_what_the_edge_answers_itself_names_them_too(edge: RunningEdge, provider: Wire) -> None:
    provider.send(request("OPTIONS", URI, provider), edge.public)
    answer = await provider.receive(200)
    assert (answer.all("Allow"), answer.all("Supported")) == ([METHODS], ["100rel, timer"])
    assert answer.all("Accept") == ["application/sdp"]
    provider.send(request("REFER", URI, provider), edge.public)
    assert (await provider.receive(405)).all("Allow") == [METHODS]


async def test_its_own_answer_names_what_a_switch_behind_it_said(
    shared_config: Path, provider: Wire, wires
) -> None:
    known = {URI.partition("@")[2]: "t|trk|e|127.0.1.0/24|1"}
    async with running_edge(shared_config, ping_interval=1) as edge:
        switches = [await wires("127.0.0.1") for _ in range(2)]
        says = ["path", ""]
        await edge.load(known, {}, [switch.peer for switch in switches])

        async def answer(number: int) -> None:
            while True:
                probe = await switches[number].receive("OPTIONS")
                extra = f"Supported: {says[number]}\r\n" if says[number] else ""
                switches[number].send(reply(probe, 200, "OK", extra=extra, tag="s"), probe.peer)

        async def told(methods: str, extensions: list[str]) -> None:
            async def as_told() -> bool:
                provider.send(request("OPTIONS", URI, provider), edge.public)
                said = await provider.receive(200)
                return (said.all("Allow"), said.all("Supported")) == ([methods], extensions)

            await until(as_told, what=f"{methods} and {extensions}")
            provider.send(request("REGISTER", URI, provider), edge.public)
            assert (await provider.receive(405)).all("Allow") == [methods]

        await told(METHODS, ["100rel, timer"])  # nobody was heard yet
        async with asyncio.TaskGroup() as answering:
            tasks = [answering.create_task(answer(number)) for number in range(2)]
            await told(WITHOUT_PRACK, [])
            says[:] = "k, 100rel", "timer"
            await told(METHODS, ["100rel, timer"])
            says[0] = ""
            await told(WITHOUT_PRACK, ["timer"])
            for task in tasks:
                task.cancel()


@pytest.mark.parametrize(
    ("extra", "unsupported"),
    [
        ("Require: nothingSupportsThis\r\n", "nothingSupportsThis"),
        ("Require: 100rel, nothingSupportsThis, timer,replaces\r\n", "nothingSupportsThis, replaces"),
        ("Require: timer\r\nRequire: gruu , 100REL\r\n", "gruu"),
        ("Proxy-Require: privacy\r\n", "privacy"),
        (
            "Proxy-Require: privacy\r\nProxy-Require: sec-agree\r\nRequire: path\r\n",
            "privacy, sec-agree, path",
        ),
        ("Require: timer, path,\r\n gruu\r\n", "path, gruu"),
        ("Require: 100rel timer\r\n", "100rel timer"),
    ],
)
async def test_what_is_required_and_not_ours_is_refused_by_its_name(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str, unsupported: str
) -> None:
    provider.send(request("INVITE", URI, provider, extra, SDP), edge.public)
    answer = await provider.receive(420)
    assert answer.start.endswith("(extension_unsupported)")
    assert answer.all("Unsupported") == [unsupported]
    assert await switch.nothing(0.02)


@pytest.mark.parametrize(
    "extra",
    [
        "Require: 100rel,\r\n timer\r\n",
        "Require:\r\n\ttimer\r\n",
        "Require: 100rel, , timer,\r\n",
        "Require:\r\nProxy-Require: \r\n",
    ],
)
async def test_a_list_of_extensions_may_be_folded_or_have_empty_places(
    edge: RunningEdge, switch: Wire, provider: Wire, extra: str
) -> None:
    provider.send(request("INVITE", URI, provider, extra, SDP), edge.public)
    await switch.receive("INVITE")


@pytest.mark.parametrize("required", ["100rel", "timer", "timer, 100rel"])
async def test_an_extension_that_the_switch_knows_passes(
    edge: RunningEdge, switch: Wire, provider: Wire, required: str
) -> None:
    expires = "Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n"
    provider.send(request("INVITE", URI, provider, f"Require: {required}\r\n{expires}", SDP), edge.public)
    call = await switch.receive("INVITE")
    assert (call.all("Require"), call.all("Min-SE")) == ([required], ["90"])
    assert call.all("Session-Expires") == ["1800;refresher=uac"]
    said = f"Contact: <sip:{switch.at}>\r\nRequire: 100rel\r\nRSeq: 7\r\n"
    switch.send(reply(call, 180, "Ringing", extra=said, tag="s"), call.peer)
    ringing = await provider.receive(180)
    assert (ringing.all("Require"), ringing.all("RSeq")) == (["100rel"], ["7"])
    rack = "RAck: 7 1 INVITE\r\n"
    provider.send(within(caller_dialog(ringing), "PRACK", provider, rack), edge.public)
    assert (await switch.receive("PRACK")).all("RAck") == ["7 1 INVITE"]
    said = "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\nContact: <sip:x@127.0.0.1>\r\n"
    switch.send(reply(call, 200, "OK", extra=said, tag="s", body=SDP), call.peer)
    answer = await provider.receive(200)
    assert (answer.all("Require"), answer.all("Session-Expires")) == (["timer"], ["1800;refresher=uac"])
