"""What the router does with a caller, in a test's words: wait for an event, send to a leg, refuse."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from switchlink.esl import EslEvent, EslLink, Resync

from .sip_phone import Call, Phone

Wanted = Callable[[EslEvent], bool]


class EventLog:
    """All events of a link, kept, so that none is missed between two questions."""

    def __init__(self, link: EslLink) -> None:
        self.events: list[EslEvent] = []
        self.resyncs: list[Resync] = []
        self._batches = link.events()

    async def first(self, name: str, wanted: Wanted = lambda _: True, seconds: float = 5.0) -> EslEvent:
        """The first of these that has not been asked for yet."""
        async with asyncio.timeout(seconds):
            while True:
                for event in self.events:
                    if event.name == name and wanted(event):
                        self.events.remove(event)
                        return event
                await self._read()

    async def _read(self) -> None:
        for item in await anext(self._batches):
            if isinstance(item, Resync):
                self.resyncs.append(item)
            else:
                self.events.append(item)


@dataclass(frozen=True, slots=True)
class Parked:
    link: EslLink
    log: EventLog
    call: Call
    event: EslEvent
    call_id: str

    @property
    def uuid(self) -> str:
        return self.event.uuid

    async def send_to(self, uri: str, ring_seconds: int = 20) -> None:
        """Pipelined on one connection, as the router does."""
        await asyncio.gather(
            self.link.api("uuid_setvar", self.uuid, "keepline_leg_uri", uri),
            self.link.api("uuid_setvar", self.uuid, "keepline_leg_timeout", str(ring_seconds)),
            self.link.api("uuid_setvar", self.uuid, "keepline_call_id", self.call_id),
            self.link.api("uuid_transfer", self.uuid, "keepline-leg", "XML", "keepline"),
        )

    async def refuse(self, status: str, code: str) -> None:
        await asyncio.gather(
            self.link.api("uuid_setvar", self.uuid, "keepline_refuse_status", status),
            self.link.api("uuid_setvar", self.uuid, "keepline_refuse_code", code),
            self.link.api("uuid_transfer", self.uuid, "keepline-refuse", "XML", "keepline"),
        )

    async def mine(self, name: str, seconds: float = 5.0) -> EslEvent:
        return await self.log.first(name, lambda event: event.uuid == self.uuid, seconds)

    async def of_the_leg(self, name: str, seconds: float = 5.0) -> EslEvent:
        def is_the_leg(event: EslEvent) -> bool:
            return event.headers.get("variable_keepline_call_id") == self.call_id and event.uuid != self.uuid

        return await self.log.first(name, is_the_leg, seconds)


async def park(link: EslLink, carrier: Phone, switch: tuple[str, int], number: str = "+4930123456") -> Parked:
    """A call as the edge would hand it over, and the event that says that it is parked."""
    call_id = f"call_{uuid.uuid4()}"
    headers = {
        "X-Keepline-Tenant": "t_demo",
        "X-Keepline-Trunk": "trk_1",
        "X-Keepline-Call-Id": call_id,
        "X-Keepline-Source": "127.0.1.5:5060",
    }
    log = EventLog(link)
    call = await carrier.call(number, switch, headers)
    sip_call_id = call.invite.one("Call-ID")
    event = await log.first("CHANNEL_PARK", lambda e: e.headers.get("variable_sip_call_id") == sip_call_id)
    return Parked(link, log, call, event, call_id)
