"""Two routers in a test's words: what each call is told, in turn, and what was asked about it."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from switchlink.esl import EslEvent, EslLink
from switchlink.handover import HandOverServer

from .event_log import EventLog
from .sip_phone import Call, Phone

EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_OUTGOING",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP_COMPLETE",
    "CUSTOM",
    "keepline::decided",
    "keepline::leg_failed",
)
CALL_ID = "variable_sip_h_X-Keepline-Call-Id"
ATTEMPT = "variable_sip_h_X-Keepline-Attempt"
BEFORE_ANSWER = {"human": "ignore_early_media=false", "sip": "ignore_early_media=ring_ready"}
Variables = Mapping[str, str]


def leg(uri: str, index: int = 0, ring_seconds: int = 20, kind: str = "human", **more: str) -> Variables:
    return {
        "keepline_do": "leg",
        "keepline_leg": str(index),
        "keepline_leg_uri": uri,
        "keepline_leg_timeout": str(ring_seconds),
        "keepline_before_answer": BEFORE_ANSWER.get(kind, kind),
        **{f"keepline_{name}": value for name, value in more.items()},
    }


def refuse(status: int, code: str, warning: str = "") -> Variables:
    said = {"keepline_do": "refuse", "keepline_refuse_status": str(status), "keepline_refuse_code": code}
    return said | ({"keepline_refuse_warning": warning} if warning else {})


def marks_of(channel: Variables) -> Variables:
    """What every router sets: the call's marks, and where the switch keeps its end."""
    marks = {
        "keepline_call_id": channel.get(CALL_ID, ""),
        "keepline_attempt": channel.get(ATTEMPT, "1"),
        "keepline_ledger": f"keepline/{channel['Unique-ID']}",
    }
    return {name: value for name, value in marks.items() if value}


@dataclass(slots=True)
class Desk:
    """Says what was laid down for a call, one answer for each time it is asked; None when nothing is left."""

    addresses: Sequence[tuple[str, int]]
    answers: dict[str, list[Variables]] = field(default_factory=dict)
    asked: dict[str, list[Variables]] = field(default_factory=dict)
    routers: list[HandOverServer] = field(default_factory=list)

    async def open(self, *which: int) -> None:
        """Routers begin to listen: these of the list."""
        for index in which:
            router = HandOverServer(self._decide, *self.addresses[index])
            await router.start()
            self.routers.append(router)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for router in self.routers:
            await router.aclose()

    def _decide(self, channel: Variables) -> Variables | None:
        call_id = channel.get(CALL_ID, "")
        self.asked.setdefault(call_id, []).append(channel)
        laid_down = self.answers.get(call_id, [])
        return {**marks_of(channel), **laid_down.pop(0)} if laid_down else None


@dataclass(frozen=True, slots=True)
class Handed:
    """A call of the edge, with what the switch tells of it."""

    link: EslLink
    log: EventLog
    carrier: Phone
    call: Call
    call_id: str

    async def final(self, seconds: float = 15.0) -> tuple[int, str]:
        message = await asyncio.wait_for(asyncio.shield(self.call.final), seconds)
        return message.status, message.reason

    async def hang_up(self) -> Variables:
        """BYE after the answer, CANCEL before; what the end of the channel says."""
        (self.carrier.hang_up if self.call.answered else self.carrier.cancel)(self.call)
        return (await self.mine("CHANNEL_HANGUP_COMPLETE")).headers

    async def mine(self, name: str, seconds: float = 15.0) -> EslEvent:
        """Of the caller's channel; a CUSTOM event by its subclass."""

        def wanted(event: EslEvent) -> bool:
            named = event.subclass if event.name == "CUSTOM" else event.name
            inbound = event.headers.get("Call-Direction") == "inbound"
            return inbound and named == name and event.headers.get(CALL_ID) == self.call_id

        return await self.log.first("CUSTOM" if "::" in name else name, wanted, seconds)

    async def of_the_leg(self, name: str, seconds: float = 15.0) -> EslEvent:
        def wanted(event: EslEvent) -> bool:
            outbound = event.headers.get("Call-Direction") == "outbound"
            return outbound and event.headers.get("variable_keepline_call_id") == self.call_id

        return await self.log.first(name, wanted, seconds)


@dataclass(frozen=True, slots=True)
class Edge:
    """Hands calls over as the edge does."""

    link: EslLink
    carrier: Phone
    switch: tuple[str, int]
    desk: Desk

    async def hand_over(
        self,
        *answers: Variables,
        number: str = "+4930123456",
        offer: str | None = None,
        headers: Variables | None = None,
    ) -> Handed:
        """`answers` are laid down for the call before it comes; `headers` replace the edge's marks."""
        call_id = f"call_{uuid.uuid4()}"
        self.desk.answers[call_id] = list(answers)
        marks = {
            "X-Keepline-Tenant": "t_demo",
            "X-Keepline-Trunk": "trk_1",
            "X-Keepline-Call-Id": call_id,
            "X-Keepline-Source": "127.0.1.5:5060",
            **(headers or {}),
        }
        call = await self.carrier.call(number, self.switch, marks, offer)
        return Handed(self.link, EventLog(self.link), self.carrier, call, call_id)

    def asked(self, handed: Handed) -> Sequence[Variables]:
        """The channel as the routers saw it, each time."""
        return self.desk.asked.get(handed.call_id, [])
