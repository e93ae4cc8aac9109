"""Two routers in a test's words: what each call is told, in turn, and what was asked about it."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from switchlink.esl import EslEvent, EslLink
from switchlink.handover import HandOverServer

from .parked import EventLog
from .sip_phone import Call, Phone

CALL_ID = "variable_sip_h_X-Keepline-Call-Id"
Variables = Mapping[str, str]


def leg(uri: str, index: int = 0, ring_seconds: int = 20, kind: str = "human", **more: str) -> Variables:
    return {
        "keepline_do": "leg",
        "keepline_leg": str(index),
        "keepline_leg_uri": uri,
        "keepline_leg_timeout": str(ring_seconds),
        "keepline_leg_kind": kind,
        **{f"keepline_{name}": value for name, value in more.items()},
    }


def refuse(status: int, code: str, warning: str = "") -> Variables:
    said = {"keepline_do": "refuse", "keepline_refuse_status": str(status), "keepline_refuse_code": code}
    return said | ({"keepline_refuse_warning": warning} if warning else {})


@dataclass(slots=True)
class Desk:
    """Says what was laid down for a call, one answer for each time it is asked; None when nothing is left."""

    addresses: Sequence[tuple[str, int]]
    answers: dict[str, list[Variables]] = field(default_factory=dict)
    asked: dict[str, list[Variables]] = field(default_factory=dict)
    routers: list[HandOverServer] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        for host, port in self.addresses:
            router = HandOverServer(self._decide, host, port)
            await router.start()
            self.routers.append(router)
        return self

    async def __aexit__(self, *_: object) -> None:
        for router in self.routers:
            await router.aclose()

    def _decide(self, channel: Variables) -> Variables | None:
        call_id = channel.get(CALL_ID, "")
        self.asked.setdefault(call_id, []).append(channel)
        laid_down = self.answers.get(call_id, [])
        return laid_down.pop(0) if laid_down else None


@dataclass(frozen=True, slots=True)
class Handed:
    """A call of the edge, with what the switch tells of it."""

    link: EslLink
    log: EventLog
    call: Call
    call_id: str

    async def final(self, seconds: float = 5.0) -> tuple[int, str]:
        message = await asyncio.wait_for(asyncio.shield(self.call.final), seconds)
        return message.status, message.reason

    async def mine(self, name: str, seconds: float = 5.0) -> EslEvent:
        """Of the caller's channel; a CUSTOM event by its subclass."""

        def wanted(event: EslEvent) -> bool:
            headers = event.headers
            named = event.subclass if event.name == "CUSTOM" else event.name
            return named == name and headers.get(CALL_ID) == self.call_id

        kind = "CUSTOM" if "::" in name else name
        return await self.log.first(kind, wanted, seconds)

    async def of_the_leg(self, name: str, seconds: float = 5.0) -> EslEvent:
        def wanted(event: EslEvent) -> bool:
            headers = event.headers
            outbound = headers.get("Call-Direction") == "outbound"
            return outbound and headers.get("variable_keepline_call_id") == self.call_id

        return await self.log.first(name, wanted, seconds)


async def hand_over(
    link: EslLink,
    carrier: Phone,
    switch: tuple[str, int],
    desk: Desk,
    *answers: Variables,
    number: str = "+4930123456",
    offer: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Handed:
    """A call as the edge sends it; `answers` are laid down for it before."""
    call_id = f"call_{uuid.uuid4()}"
    desk.answers[call_id] = list(answers)
    marks = {
        "X-Keepline-Tenant": "t_demo",
        "X-Keepline-Trunk": "trk_1",
        "X-Keepline-Call-Id": call_id,
        "X-Keepline-Source": "127.0.1.5:5060",
        **(headers or {}),
    }
    call = await carrier.call(number, switch, marks, offer)
    return Handed(link, EventLog(link), call, call_id)
