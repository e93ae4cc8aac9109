"""Acknowledged provisional answers and session timers, through the edge: FreeSWITCH does both, devswitch
has neither, names neither, and refuses what requires one."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from switchlink.freeswitch import find_freeswitch
from switchlink.handover import HandOverServer
from switchlink.testing.desk import leg, marks_of
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch, running_switch
from switchlink.testing.wire import SDP, Dialog, Message, Wire, caller_dialog, request, within

INFRA = Path(__file__).parents[3] / "infra"
URI = "sip:+4930123@acme.sip.keepline.test"
TIMER = "Require: timer\r\nSupported: timer\r\nSession-Expires: 1800;refresher=uac\r\n"


@dataclass(frozen=True)
class Line:
    """A provider's line to an agent that rings for a moment, then answers."""

    wire: Wire
    edge: RunningEdge
    switch: RunningSwitch

    async def call(self, extra: str = "", body: str = SDP) -> None:
        self.wire.send(request("INVITE", URI, self.wire, extra, body), self.edge.public)

    async def answered(self) -> tuple[Message, Dialog]:
        answer = await self.wire.receive(200)
        dialog = caller_dialog(answer)
        self.wire.send(within(dialog, "ACK", self.wire, cseq=dialog.cseq), self.edge.public)
        return answer, dialog

    async def hang_up(self, dialog: Dialog) -> None:
        self.wire.send(within(dialog, "BYE", self.wire), self.edge.public)
        assert (await self.wire.receive(200)).method == "BYE"


@pytest.fixture(scope="module", params=["devswitch", "freeswitch"])
async def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RunningEdge, RunningSwitch]]:
    if request.param == "freeswitch" and find_freeswitch() is None:
        pytest.skip("no FreeSWITCH here: neither FREESWITCH_BIN nor PATH names one")
    router, agent = ("127.0.0.1", free_port("127.0.0.1")), await Phone.open("127.0.2.9")
    uri = agent.behave("answers", Behaviour(before_final_seconds=0.5))

    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        return {**leg(uri), **marks_of(channel)}

    folder = tmp_path_factory.mktemp("behind")
    async with (
        running_edge(INFRA / "kamailio/kamailio.cfg") as edge,
        HandOverServer(decide, *router),
        running_switch(request.param, INFRA / "freeswitch", folder, edge.inner, routers=[router]) as switch,
    ):
        await edge.load({"acme.sip.keepline.test": "t|trk|e|127.0.1.0/24|99"}, {}, [switch.sip])
        yield edge, switch
    agent.close()


@pytest.fixture
async def line(behind: tuple[RunningEdge, RunningSwitch]) -> AsyncIterator[Line]:
    wire = await Wire.open("127.0.1.8")
    yield Line(wire, *behind)
    wire.close()


@pytest.fixture
def able(line: Line) -> Line:
    if line.switch.kind != "freeswitch":
        pytest.skip("devswitch has no extension: it refuses what requires one")
    return line


@pytest.fixture
def unable(line: Line) -> Line:
    if line.switch.kind != "devswitch":
        pytest.skip("FreeSWITCH does both")
    return line


@pytest.mark.parametrize("required", ["100rel", "timer", "100rel, timer"])
async def test_what_devswitch_does_not_have_it_refuses(unable: Line, required: str) -> None:
    await unable.call(f"Require: {required}\r\nSession-Expires: 1800\r\n")
    assert (await unable.wire.receive(420)).all("Unsupported") == [required]


async def test_devswitch_refuses_it_within_a_call_too(unable: Line) -> None:
    await unable.call()
    _, dialog = await unable.answered()
    unable.wire.send(within(dialog, "INVITE", unable.wire, "Require: timer\r\n"), unable.edge.public)
    assert (await unable.wire.receive(420)).all("Unsupported") == ["timer"]
    await unable.hang_up(dialog)


async def test_who_only_supports_them_is_called_like_anybody(line: Line) -> None:
    await line.call("Supported: 100rel, timer\r\nSession-Expires: 1800\r\n")
    ringing = await line.wire.receive(180)
    assert "100rel" not in ringing.one("Require")
    answer, dialog = await line.answered()
    does = ["100rel, timer"] if line.switch.kind == "freeswitch" else []
    assert answer.all("Supported") == does
    assert bool(answer.one("Session-Expires")) == bool(does)
    await line.hang_up(dialog)


@pytest.mark.parametrize("more", ["", "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n"])
async def test_ringing_is_acknowledged_where_it_is_required(able: Line, more: str) -> None:
    await able.call("Require: 100rel\r\n" + more)
    ringing = await able.wire.receive(180)
    assert ringing.all("Require") == ["100rel"]
    dialog = caller_dialog(ringing)
    rack = f"RAck: {ringing.one('RSeq')} {ringing.one('CSeq')}\r\n"
    able.wire.send(within(dialog, "PRACK", able.wire, rack), able.edge.public)
    assert (await able.wire.receive(200)).method == "PRACK"
    answer, _ = await able.answered()
    assert answer.method == "INVITE"
    await able.hang_up(dialog)


@pytest.mark.parametrize(("required", "heard"), [("", [100, 180]), ("Require: timer, 100rel\r\n", [100])])
async def test_ringing_before_our_own_offer(able: Line, required: str, heard: list[int]) -> None:
    """Acknowledged, it would have to hold the offer (RFC 3262, 5): it is left out, and the call is one."""
    session = "Session-Expires: 1800;refresher=uac\r\n" if required else ""
    await able.call(required + session, body="")
    answers = [await able.wire.receive(within=5)]
    while answers[-1].status < 200:
        answers.append(await able.wire.receive(within=5))
    assert [one.status for one in answers] == [*heard, 200]
    dialog = caller_dialog(answers[-1])
    able.wire.send(within(dialog, "ACK", able.wire, body=SDP, cseq=dialog.cseq), able.edge.public)
    await able.hang_up(dialog)


async def test_a_session_is_refreshed(able: Line) -> None:
    await able.call(TIMER)
    answer, dialog = await able.answered()
    assert answer.all("Require") == ["timer"]
    assert answer.all("Session-Expires") == ["1800;refresher=uac"]
    able.wire.send(within(dialog, "UPDATE", able.wire, TIMER), able.edge.public)
    again = await able.wire.receive(200)
    assert again.method == "UPDATE"
    assert again.all("Session-Expires") == ["1800;refresher=uac"]
    await able.hang_up(dialog)


async def test_a_session_that_is_too_short_is_refused_with_the_shortest(able: Line) -> None:
    await able.call("Supported: timer\r\nSession-Expires: 60\r\n")
    assert (await able.wire.receive(422)).all("Min-SE") == ["90"]
