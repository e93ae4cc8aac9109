"""How a session ends that is not refreshed (RFC 4028), by either side, through the edge.

devswitch has no timers. The shortest session lasts 90 s, so all of these talk at the same time.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from call_router.adapters.switch.happenings import happening_of
from call_router.adapters.switch.ledger import Ledger
from call_router.domain.live_call import HungUp
from switchlink.esl import EslLink
from switchlink.freeswitch import find_freeswitch
from switchlink.handover import HandOverServer
from switchlink.testing.desk import CALL_ID, leg, marks_of
from switchlink.testing.event_log import EventLog
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.switch_process import running_switch
from switchlink.testing.wire import (
    SDP,
    Dialog,
    Message,
    Wire,
    callee_dialog,
    caller_dialog,
    reply,
    request,
    within,
)

INFRA = Path(__file__).parents[3] / "infra"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
# nine tenths of 90 s until BYE, 5 s until the edge gives up a silent side, and room
ALL_ENDED = 100
TIMER = "Supported: timer\r\nSession-Expires: 90;refresher={}\r\n"
HOLDS = ("caller", "NORMAL_CLEARING")
OVER = ("keepline", "session_expired")


@dataclass(frozen=True)
class Case:
    """What each side says of timers in INVITE and answer, and answers to our refresh (0: nothing)."""

    name: str
    told: tuple[str, str]
    caller: str = ""
    agent: str = ""
    caller_answers: int = 200
    agent_answers: int = 200
    agent_refreshes_once: bool = False


CASES = [
    Case("the-caller-promised-to", OVER, caller=TIMER.format("uac")),
    Case("the-caller-is-silent", OVER, caller=TIMER.format("uas"), caller_answers=0),
    Case("the-caller-knows-of-no-call", OVER, caller=TIMER.format("uas"), caller_answers=481),
    Case("the-caller-refuses", HOLDS, caller=TIMER.format("uas"), caller_answers=603),
    Case("the-agent-promised-to", OVER, agent="Require: timer\r\n" + TIMER.format("uas")),
    Case("the-agent-did-once", OVER, agent_refreshes_once=True),
    Case("the-agent-is-silent", OVER, agent=TIMER.format("uac"), agent_answers=0),
    Case("the-agent-knows-of-no-call", OVER, agent=TIMER.format("uac"), agent_answers=481),
    Case("the-agent-refuses", HOLDS, agent=TIMER.format("uac"), agent_answers=500),
    Case("the-agent-is-refreshed", HOLDS, agent=TIMER.format("uac")),
]


@dataclass
class Side:
    """Answers whatever comes; a dead one hears it only."""

    wire: Wire
    says: str
    answers: int
    byes: list[Message] = field(default_factory=list)
    refreshes: int = 0

    def answer(self, asked: Message) -> None:
        if asked.method == "BYE":
            self.byes.append(asked)
        self.refreshes += asked.method == "INVITE"
        if asked.method in ("INVITE", "BYE") and self.answers:
            status = self.answers if asked.method == "INVITE" else 200
            agreed = status == self.answers == 200 and asked.method == "INVITE"
            contact = f"Contact: <sip:{self.wire.at}>\r\n"
            extra, body = (contact + self.says, SDP) if agreed else ("", "")
            self.wire.send(reply(asked, status, "As told", extra=extra, body=body), asked.peer)


class Talk:
    def __init__(self, case: Case, caller: Wire, agent: Wire, edge: RunningEdge) -> None:
        self.case = case
        self.edge = edge
        self.caller = Side(caller, case.caller, case.caller_answers)
        self.agent = Side(agent, case.agent, case.agent_answers)
        self.dialog: Dialog | None = None
        self.call_id = ""

    async def hold(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._be_agent())
            tasks.create_task(self._be_caller())

    async def _be_caller(self) -> None:
        wire, case = self.caller.wire, self.case
        me = f"<sip:{case.name}@{wire.at}>;tag=c"
        uri = "sip:+4930123@acme.sip.keepline.test"
        wire.send(request("INVITE", uri, wire, case.caller, SDP, from_=me), self.edge.public)
        answer = await wire.receive(200, 10)
        self.dialog = caller_dialog(answer)
        wire.send(within(self.dialog, "ACK", wire, cseq=self.dialog.cseq), self.edge.public)
        while True:
            asked = await wire.receive(within=1000)
            if not asked.status:
                self.caller.answer(asked)

    async def _be_agent(self) -> None:
        wire = self.agent.wire
        invite = await wire.receive("INVITE", 10)
        self.call_id = invite.one("X-Keepline-Call-Id")
        extra = f"Contact: <sip:{wire.at}>\r\n{self.case.agent}"
        wire.send(reply(invite, 200, "OK", extra=extra, tag="a", body=SDP), invite.peer)
        await wire.receive("ACK")
        if self.case.agent_refreshes_once:
            # as a refresher that stops to be one
            dialog = callee_dialog(invite, "a")
            wire.send(within(dialog, "UPDATE", wire, TIMER.format("uac")), self.edge.public)
        while True:
            asked = await wire.receive(within=1000)
            if not asked.status:
                self.agent.answer(asked)

    def hang_up(self) -> None:
        assert self.dialog is not None
        self.caller.wire.send(within(self.dialog, "BYE", self.caller.wire), self.edge.public)


@dataclass(frozen=True)
class Ended:
    """`told` by the end itself, `kept` in the switch's ledger."""

    talk: Talk
    told: tuple[str, str]
    kept: tuple[str, str]


@pytest.fixture(scope="module")
async def ends(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, Ended]]:
    """Of all of them; those that hold are ended by their caller when the others are over."""
    if find_freeswitch() is None:
        pytest.skip("no FreeSWITCH here: neither FREESWITCH_BIN nor PATH names one")
    router = ("127.0.0.1", free_port("127.0.0.1"))
    agents: dict[str, Wire] = {}

    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        return {**leg(f"sip:bot@{agents[channel['Caller-Caller-ID-Number']].at}"), **marks_of(channel)}

    async with (
        running_edge(INFRA / "kamailio/kamailio.cfg") as edge,
        HandOverServer(decide, *router),
        running_switch(
            "freeswitch",
            INFRA / "freeswitch",
            tmp_path_factory.mktemp("timers"),
            edge.inner,
            routers=[router],
        ) as switch,
        switch.link("CHANNEL_HANGUP_COMPLETE") as link,
    ):
        await edge.load({"acme.sip.keepline.test": "t|trk|e|127.0.1.0/24|99"}, {}, [switch.sip])
        await link.wait_connected()
        held: dict[str, Talk] = {}
        for case in CASES:
            agents[case.name] = await Wire.open("127.0.2.9")
            held[case.name] = Talk(case, await Wire.open("127.0.1.8"), agents[case.name], edge)
        running = [asyncio.create_task(talk.hold()) for talk in held.values()]
        try:
            yield await _all_ended(held, link)
        finally:
            for task in running:
                task.cancel()
            for talk in held.values():
                talk.caller.wire.close()
                talk.agent.wire.close()


async def _all_ended(held: Mapping[str, Talk], link: EslLink) -> Mapping[str, Ended]:
    log = EventLog(link)
    told: dict[str, tuple[str, str]] = {}

    async def hear(one: Talk) -> None:
        event = await log.first(
            "CHANNEL_HANGUP_COMPLETE",
            lambda event: (
                event.headers.get(CALL_ID) == one.call_id and event.headers.get("Call-Direction") == "inbound"
            ),
            ALL_ENDED,
        )
        ended = happening_of(event, NOW)
        assert isinstance(ended, HungUp)
        told[one.case.name] = (ended.ended_by, ended.cause)

    for one in sorted(held.values(), key=lambda talk: talk.case.told == HOLDS):
        if one.case.told == HOLDS:
            one.hang_up()
        await hear(one)
    kept = {end.channel.call.call_id: (end.ended_by, end.cause) for end in await Ledger(link).read()}
    return {name: Ended(one, told[name], kept[one.call_id]) for name, one in held.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_session_ends_by_itself_where_nobody_is_there(ends: Mapping[str, Ended], case: Case) -> None:
    """Where a side answers our refresh, also with a refusal, the call holds."""
    ended = ends[case.name]
    assert (ended.told, ended.kept) == (case.told, case.told)


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("the-caller-promised-to", "caller"),
        ("the-agent-promised-to", "agent"),
        ("the-agent-did-once", "agent"),
    ],
)
async def test_who_promised_to_refresh_hears_why_the_call_ends(
    ends: Mapping[str, Ended], name: str, side: str
) -> None:
    """And the other side hears a BYE as well."""
    talk = ends[name].talk
    byes = getattr(talk, side).byes
    assert byes[0].all("Reason") == ['SIP;cause=408;text="Session timeout"']
    assert talk.caller.byes
    assert talk.agent.byes


async def test_who_is_refreshed_is_asked_again_each_half_of_the_session(ends: Mapping[str, Ended]) -> None:
    assert ends["the-agent-is-refreshed"].talk.agent.refreshes >= 1
