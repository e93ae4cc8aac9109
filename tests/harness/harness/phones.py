"""The two ends of a call: a provider that dials and an agent that answers.

SIPp signals; our ears play and listen.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from harness.audio.ear import Ear, Heard
from harness.front_desk import FrontDesk
from harness.sipp import Sipp, SippResult
from harness.until import NotInTime, until
from switchlink.testing.free_ports import free_port

CALLER_HERTZ = 440.0
AGENT_HERTZ = 600.0
PROVIDER = "127.0.1.1"
AGENT = "127.0.2.1"
STRANGER = "127.0.66.1"

P = TypeVar("P", bound="Phone")


@dataclass
class Phone:
    sipp: Sipp
    ear: Ear
    awaited: float
    """The tone that the other side plays."""
    _listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.sipp.start()
        self._listening = asyncio.create_task(self._listen(), name=f"ear of {self.sipp.scenario}")

    async def _listen(self) -> None:
        """Plays as soon as the other side's address is known."""
        with suppress(NotInTime):
            self.ear.talk_to(*await self.sipp.remote_rtp(self.sipp.within))

    @property
    def heard(self) -> Heard:
        return self.ear.heard(self.awaited)

    async def hears(self, within: float = 10.0) -> Heard:
        """Waits until the other side's tone is clear."""
        with suppress(NotInTime):
            await until(lambda: self.heard.clear, within)
        return self.heard

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self.sipp.stop()
        await self.ear.close()


@dataclass(kw_only=True)
class Agent(Phone):
    desk: FrontDesk

    @property
    def uri(self) -> str:
        return f"sip:agent@{self.sipp.local}:{self.desk.port};transport=udp"

    async def close(self) -> None:
        self.desk.close()
        await super().close()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the caller saw: SIPp's count, the lines of its log, and what it heard."""

    result: SippResult
    log: str
    heard: Heard

    @property
    def status(self) -> str:
        """Status and reason of a refusal, such as `404 Refused (number_unknown)`."""
        lines = [line.removeprefix("status ") for line in self.log.splitlines() if line.startswith("status ")]
        return lines[-1] if lines else ""


@dataclass
class Caller(Phone):
    async def outcome(self) -> Outcome:
        result = await self.sipp.wait()
        return Outcome(result, self.sipp.logged(), self.heard)


@dataclass
class Phones:
    """Makes phones whose files are below `folder`; closes them all at the end."""

    folder: Path
    edge: str
    """host:port that providers send to."""
    _open: list[Phone] = field(default_factory=list)
    _probed: list[Sipp] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def agent(
        self,
        scenario: str = "agent_answers",
        address: str = AGENT,
        words: Mapping[str, str] | None = None,
        calls: int = 1,
        port: int = 0,
    ) -> Agent:
        """Reached at its desk (Agent.uri), or at SIPp's own port, which takes a probe for a call."""
        ear = await Ear.open(address, AGENT_HERTZ)
        sipp = Sipp(
            scenario,
            address,
            self._place(scenario),
            port=port or free_port(address),
            keys={"rtp_port": str(ear.port)},
            words=words or {},
            calls=calls,
            within=300,
        )
        desk = await FrontDesk.open((address, sipp.port))
        return await self._started(Agent(sipp, ear, CALLER_HERTZ, desk=desk))

    async def probed(self, address: str = PROVIDER) -> Sipp:
        """A provider's endpoint that answers probes until all is closed."""
        many = 1_000_000
        sipp = Sipp(
            "provider_is_probed",
            address,
            self._place("provider_is_probed"),
            port=free_port(address),
            calls=many,
            within=86400,
        )
        await sipp.start()
        self._probed.append(sipp)
        return sipp

    async def dial(
        self,
        number: str,
        domain: str,
        scenario: str = "caller_is_answered",
        *,
        caller: str = "+442071838750",
        address: str = PROVIDER,
        hold: float = 2.0,
        words: Mapping[str, str] | None = None,
        within: float = 60.0,
    ) -> Caller:
        """A provider sends a call; answers at once, see Caller.outcome."""
        ear = await Ear.open(address, CALLER_HERTZ)
        sipp = Sipp(
            scenario,
            address,
            self._place(scenario),
            remote=self.edge,
            port=free_port(address),
            number=number,
            keys={"rtp_port": str(ear.port), "domain": domain, "caller": caller},
            words=words or {},
            hold_ms=int(hold * 1000),
            within=within,
        )
        return await self._started(Caller(sipp, ear, AGENT_HERTZ))

    async def refused(
        self, number: str, domain: str, status: int, *, media: str = "0 101", **how: str
    ) -> Outcome:
        """A call that must end with this status; media: payload types of its offer; how: caller, address."""
        words = {"STATUS": str(status), "MEDIA": media}
        caller = await self.dial(number, domain, "caller_is_refused", words=words, **how)  # type: ignore[arg-type]
        return await caller.outcome()

    def _place(self, scenario: str) -> Path:
        return self.folder / f"{next(self._numbers):03}-{scenario}"

    async def _started(self, phone: P) -> P:
        self._open.append(phone)
        await phone.start()
        return phone

    async def close(self) -> None:
        for phone in reversed(self._open):
            await phone.close()
        for sipp in self._probed:
            await sipp.stop()
        self._open.clear()
        self._probed.clear()


@asynccontextmanager
async def phones(folder: Path, edge: str) -> AsyncIterator[Phones]:
    made = Phones(folder, edge)
    try:
        yield made
    finally:
        await made.close()
