"""One call through everything, told step by step; says whether each step was seen to happen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc.aio
import httpx
from rich.console import Console
from rich.markup import escape

from harness.events import call_events, in_words
from harness.phones import Agent, Outcome, Phones
from harness.state import DemoState
from harness.tenant import Body, Tenant
from harness.until import NotInTime, until
from keepline.events.v1.call_event_pb2 import CallEvent
from keepline.health.v1.trunk_health_pb2 import TrunkStatus, TrunkVerdict

_CALL_ID = re.compile(r"^call-id\s*(call_[0-9a-f-]+)", re.MULTILINE)
_STATUS = re.compile(r"^SIP/2\.0 ([3-6]\d\d [^\r\n]*)", re.MULTILINE)
_EVENTS = ["started", "routed", "leg_started", "leg_ringing", "answered", "ended"]


@dataclass
class Walk:
    console: Console
    phones: Phones
    tenant: Tenant
    state: DemoState
    failed: int = 0
    refused: bool = False

    async def answered(self, number: str, caller: str, hold: float = 2.0) -> bool:
        """True when the call was answered and heard both ways, and everybody was told of it."""
        return await self.call(number, caller, hold) and not self.refused

    async def call(self, number: str, caller: str, hold: float = 2.0) -> bool:
        """True also for a call that was refused with its reason."""
        agent = await self.phones.agent(port=self.state.agent_port)
        self._say(f"1  the provider at 127.0.1.1 sends INVITE sip:{number}@{self.state.domain}")
        began = datetime.now(UTC)
        phone = await self.phones.dial(number, self.state.domain, caller=caller, hold=hold)
        outcome = await phone.outcome()
        try:
            if outcome.result.as_told or not (status := final_status(phone.sipp.messages())):
                await self._answered(agent, outcome)
            else:
                await self._refused(status, began)
        except httpx.HTTPError as error:
            self._check(
                False, f"   {error.request.url.host}:{error.request.url.port} does not answer: {error!r}"
            )
        except grpc.aio.AioRpcError as error:
            self._check(False, f"   gRPC: {error.code().name}: {error.details()}")
        await agent.close()
        self._verdict()
        return self.failed == 0

    async def _answered(self, agent: Agent, outcome: Outcome) -> None:
        self._signalling(agent, outcome)
        self._audio(agent, outcome)
        found = _CALL_ID.search(agent.sipp.logged())
        if found is None:
            self._check(False, "   the agent got no X-Keepline-Call-Id, so the rest cannot be followed")
            return
        self._check(True, f"   the agent is told X-Keepline-Call-Id: {found[1]}")
        await self._told(found[1])

    def _signalling(self, agent: Agent, outcome: Outcome) -> None:
        edge = self.state.addresses.edge
        self._say(f"2  Kamailio at {edge} knows the trunk by its domain and the source by its networks")
        self._say("3  one of the two switches takes it, and asks one of the two routers beside it")
        self._check(
            outcome.result.as_told,
            f"4  the agent at {agent.sipp.local}:{agent.sipp.port} answers ({outcome.result})",
        )

    async def _refused(self, status: str, began: datetime) -> None:
        """What the provider was told, and what the tenant reads: the decision's sentence."""
        self.refused = True
        self._check(True, f"2  the provider is told: {status}")
        try:
            record = await until(lambda: self._record_since(began), 10, "a record of the refused call")
        except NotInTime:
            self._say(
                "3  the edge refused it, so there is no call record; the edge tells why as an event on Kafka,"
            )
            self._say("   keepline.sip.rejections.v1")
            return
        self._check(True, f"3  GET /api/v1/calls/{record['id']}: {_reason(record)}")

    async def _record_since(self, began: datetime) -> Body | None:
        newest = await self.tenant.calls(trunk_id=self.state.trunk_id, page_size="1")
        return newest[0] if newest and datetime.fromisoformat(newest[0]["started_at"]) >= began else None

    def _audio(self, agent: Agent, outcome: Outcome) -> None:
        self._check(outcome.heard.clear, f"5  the caller hears the agent's 600 Hz: {outcome.heard}")
        self._check(agent.heard.clear, f"   the agent hears the caller's 440 Hz: {agent.heard}")

    async def _told(self, call_id: str) -> None:
        try:
            record = await self.tenant.call(call_id)
        except NotInTime as late:
            self._check(False, f"6  {late}")
            return
        self._record(record)
        events = await call_events(self.state.addresses.kafka, call_id)
        kinds = [event.WhichOneof("event") for event in events]
        self._check(kinds == _EVENTS, f"7  on Kafka, keepline.call.events.v1: {', '.join(map(str, kinds))}")
        for event in events:
            self._say(f"     {event.seq}  {in_words(event)}")
        self._who_answered([event for event in events if event.HasField("routed")])
        await self._health()

    def _who_answered(self, routed: Sequence[CallEvent]) -> None:
        watcher_of = self.state.addresses.watcher_of
        words = [
            f"{event.routed.router_id} answered at the switch {event.switch_id}, "
            f"which {watcher_of(event.switch_id)} watches"
            for event in routed
        ]
        self._check(bool(words), f"     {'; '.join(words) or 'no router answered'}")

    def _record(self, record: Body) -> None:
        self._check(
            record.get("answered_at") is not None,
            f"6  GET /api/v1/calls/{record['id']}: answered after {record.get('setup_ms')} ms, "
            f"{record.get('talk_ms')} ms of talk, {record.get('hangup_cause')}",
        )
        self._say(f"     decision: {_reason(record)}")
        media = record.get("media") or {}
        received, sent = media.get("packets_received"), media.get("packets_sent")
        self._say(
            f"     media: {received} packets from the provider, {sent} to it, codec {media.get('codec')}, "
            f"of the agent's side {media.get('leg_codec')}"
        )

    async def _health(self) -> None:
        status = TrunkStatus()

        async def healthy() -> bool:
            nonlocal status
            status = await self.tenant.status(self.state.trunk_id)
            return status.verdict == TrunkVerdict.TRUNK_VERDICT_HEALTHY

        try:
            await until(healthy, 20)
        except NotInTime:
            self._check(False, f"8  TrunkHealth.GetStatus (gRPC): {status.sentence or 'nothing'}")
        else:
            self._check(True, f"8  TrunkHealth.GetStatus (gRPC): {status.sentence}")

    def _say(self, text: str) -> None:
        self.console.print(f"  {escape(text)}", highlight=False, soft_wrap=True)

    def _check(self, happened: bool, text: str) -> bool:
        mark = "[green]✓[/]" if happened else "[red]✗[/]"
        self.console.print(f"{mark} {escape(text)}", highlight=False, soft_wrap=True)
        self.failed += not happened
        return happened

    def _verdict(self) -> None:
        if self.failed:
            self.console.print(f"[red]{self.failed} steps did not happen as they should.[/]")
        elif self.refused:
            self.console.print("[yellow]The call was refused, with the reason.[/]")
        else:
            self.console.print(
                "[green]The call was answered and heard both ways, and everybody knows of it.[/]"
            )


def final_status(messages: str) -> str:
    """The refusal in a trace of SIP messages, such as "404 Refused (number_unknown)"; "" for none."""
    found = _STATUS.findall(messages)
    return found[-1] if found else ""


def _reason(record: Body) -> str:
    decision: dict[str, Any] = record.get("decision") or {}
    return str(decision.get("reason") or record.get("hangup_cause") or "no reason was given")
