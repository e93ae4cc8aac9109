"""Calls that the page places: each a real one by SIPp, with a tone played and listened to on both sides."""

import asyncio
import itertools
import re
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from harness.phones import AGENT, Agent, Caller, Outcome, Phones
from harness.provider.asked import CallAsked
from servicekit.timestamps import rfc3339

State = Literal["calling", "ringing", "answered", "ended", "refused", "failed"]

_STATUS = re.compile(r"^SIP/2\.0 (\d{3} [^\r\n]*)", re.MULTILINE)
_CODE = re.compile(r"\((\w+)\)$")
_KEPT = 50
_AT_ONCE = 4
_LOOK_SECONDS = 0.1
# a call that nobody answers ends by the agents' ring times; this is beyond all of them
_UNANSWERED_SECONDS = 150


class TooManyCalls(Exception):
    pass


@dataclass
class Placed:
    """One call as the provider sees it."""

    id: str
    asked: CallAsked
    began: float = field(default_factory=time.monotonic)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: State = "calling"
    status: str = ""
    answered_after_seconds: float | None = None
    caller_heard: str = ""
    agent_heard: str = ""
    sentence: str = "Waits until the call before it has ended."

    def told(self) -> dict[str, Any]:
        code = _CODE.search(self.status)
        found = {
            "id": self.id,
            "at": rfc3339(self.at),
            "state": self.state,
            "sentence": self.sentence,
            "sip_status": self.status,
            "code": code[1] if code else "",
            "answered_after_seconds": self.answered_after_seconds,
            "caller_heard": self.caller_heard,
            "agent_heard": self.agent_heard,
            **self.asked.model_dump(mode="json"),
        }
        return {name: value for name, value in found.items() if value not in ("", None)}


class Calls:
    """agent_port: where an agent answers at 127.0.2.1 while a call lasts. desk_port: where calls find it, and
    probes an answer at any time."""

    def __init__(self, phones: Phones, agent_port: int, desk_port: int) -> None:
        self.kept: deque[Placed] = deque(maxlen=_KEPT)
        self.agent = f"sip:desk@{AGENT}:{desk_port};transport=udp"
        self._phones = phones
        self._agent_port = agent_port
        self._numbers = itertools.count(1)
        self._going: set[asyncio.Task[None]] = set()
        self._desk = asyncio.Lock()

    def place(self, asked: CallAsked) -> Placed:
        if len(self._going) >= _AT_ONCE:
            raise TooManyCalls(f"{_AT_ONCE} calls are going on already; wait until one has ended")
        placed = Placed(f"{next(self._numbers)}", asked)
        self.kept.appendleft(placed)
        task = asyncio.create_task(self._carry(placed), name=f"call {placed.id}")
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        return placed

    def one(self, call_id: str) -> Placed | None:
        return next((placed for placed in self.kept if placed.id == call_id), None)

    async def close(self) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)

    async def _carry(self, placed: Placed) -> None:
        """One after the other, because the agent's address is one."""
        async with self._desk:
            placed.sentence = "The call is on its way."
            try:
                await self._carried(placed)
            except (OSError, RuntimeError) as error:
                placed.state = "failed"
                placed.sentence = f"The demo could not place the call: {error}"

    async def _carried(self, placed: Placed) -> None:
        asked = placed.asked
        agent = await self._phones.agent(port=self._agent_port)
        placed.began = time.monotonic()
        caller = await self._phones.dial(
            asked.number,
            asked.domain,
            caller=asked.caller,
            address=str(asked.address),
            hold=asked.talk_seconds,
            within=_UNANSWERED_SECONDS,
        )
        ending = asyncio.create_task(caller.outcome())
        try:
            while not ending.done():
                _note(placed, caller)
                await asyncio.wait([ending], timeout=_LOOK_SECONDS)
            _note(placed, caller)
            _end(placed, ending.result(), agent)
        finally:
            ending.cancel()
            await caller.close()
            await agent.close()


def _note(placed: Placed, caller: Caller) -> None:
    """What the edge has answered so far."""
    statuses = _STATUS.findall(caller.sipp.messages())
    if not statuses or placed.answered_after_seconds is not None:
        return
    placed.status = statuses[-1]
    if placed.status.startswith("2"):
        placed.answered_after_seconds = round(time.monotonic() - placed.began, 1)
        placed.state = "answered"
        placed.sentence = f"Answered after {placed.answered_after_seconds} s; talking."
    elif placed.status.startswith(("180", "183")):
        placed.state = "ringing"
        placed.sentence = "It rings."


def _end(placed: Placed, outcome: Outcome, agent: Agent) -> None:
    if placed.answered_after_seconds is None:
        placed.state = "refused" if placed.status and not placed.status.startswith("1") else "failed"
        placed.sentence = (
            f"Keepline refused the call: {placed.status}."
            if placed.state == "refused"
            else "Keepline did not answer the call."
        )
        return
    placed.state = "ended"
    placed.caller_heard, placed.agent_heard = str(outcome.heard), str(agent.heard)
    heard = "The caller heard who answered" if outcome.heard.clear else "The caller heard nothing clear"
    if agent.sipp.logged():
        heard += "; the agent heard the caller" if agent.heard.clear else "; the agent heard nothing clear"
    else:
        heard += "; it was not the demo's agent that answered"
    placed.sentence = f"Answered after {placed.answered_after_seconds} s and ended. {heard}."
