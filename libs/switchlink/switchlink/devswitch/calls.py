"""Calls: parked, sent to a leg, refused, ended. All on the asyncio loop."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from . import sdp
from .causes import cause_of, status_of
from .channel import Channel, microseconds
from .events import EventBus
from .instructions import DialLeg, ParkCall, RefuseCall, instruction
from .rtp import RtpPort
from .sip_stack import Address, Offered, SipLeg, SipStack

PARK_SECONDS = 8.0
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Calls:
    """host: of SIP and RTP; edge: where every leg goes."""

    def __init__(
        self, bus: EventBus, host: str, edge: Address, rtp_ports: tuple[int, int] | None, spawn: Spawn
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.bus = bus
        self.host = host
        self.edge = edge
        self.stack: SipStack | None = None
        self._rtp_ports = rtp_ports
        self._spawn = spawn
        self._parked: dict[str, asyncio.TimerHandle] = {}

    def invited(self, leg: SipLeg, offer: Offered) -> None:
        self._spawn(self._invited(leg, offer))

    async def open_channel(self, direction: str, caller: str, called: str) -> Channel:
        rtp = await RtpPort.open(self.host, self._rtp_ports)
        return Channel(direction, caller, called, rtp)

    async def _invited(self, leg: SipLeg, offer: Offered) -> None:
        caller = Caller(self)
        leg.events = caller
        try:
            media = sdp.read(offer.sdp)
        except sdp.NoCommonCodec:
            leg.refuse(488, "Not Acceptable Here")
            return
        channel = await self.open_channel("inbound", offer.caller, offer.called)
        channel.leg, channel.codec = leg, media.codec
        channel.rtp.aim(media.host, media.port)
        channel.variables |= {f"sip_h_{name}": value for name, value in offer.headers.items()}
        channel.variables |= {"sip_call_id": offer.sip_call_id, "sip_req_user": offer.called}
        caller.begin(channel, media)
        self.channels[channel.uuid] = channel
        self.park(channel)
        if caller.gone:  # it gave up while its port was opened
            self.end(channel, "ORIGINATOR_CANCEL", "recv_cancel", 487)

    def park(self, channel: Channel) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(PARK_SECONDS, self.kill, channel, "NORMAL_TEMPORARY_FAILURE")
        self._parked[channel.uuid] = late
        self.bus.channel("CHANNEL_PARK", channel)

    def transfer(self, channel: Channel, extension: str) -> None:
        self.unpark(channel)
        asked = instruction(extension, channel.variables)
        if isinstance(asked, ParkCall):
            self.park(channel)
        elif isinstance(asked, RefuseCall):
            self.refuse(channel, asked.status, asked.reason)
        else:
            self._spawn(self._dial(channel, asked))

    async def _dial(self, channel: Channel, asked: DialLeg) -> None:
        for stale in ("last_bridge_proto_specific_hangup_cause", "originate_disposition"):
            channel.variables.pop(stale, None)
        caller = channel.leg.events if channel.leg else None
        if isinstance(caller, Caller) and not channel.ended:
            agent = await self.open_channel("outbound", channel.caller, asked.uri)
            agent.variables["keepline_call_id"] = asked.call_id
            if channel.ended:
                agent.rtp.close()
                return
            Agent(self, agent, channel, caller).dial(asked)

    def refuse(self, channel: Channel, status: int, reason: str) -> None:
        if channel.leg is not None and not channel.ended:
            channel.leg.refuse(status, reason)
            self.end(channel, cause_of(status), "send_refuse", status)

    def kill(self, channel: Channel, cause: str = "NORMAL_CLEARING") -> None:
        """Ends a channel from our side, as its state asks for; a bridged one takes the other with it."""
        if channel.ended or channel.leg is None:
            return
        if channel.answered or channel.direction == "outbound":
            channel.leg.hang_up()
            self.end(channel, cause, "send_bye" if channel.answered else "send_cancel", 0)
        else:
            status, reason = status_of(cause)
            channel.leg.refuse(status, reason)
            self.end(channel, cause, "send_refuse", status)

    def end(self, channel: Channel, cause: str, disposition: str, status: int) -> None:
        """The channel is gone: told once, with its figures; then its other side goes too."""
        if channel.ended:
            return
        channel.ended, channel.disposition = True, disposition
        self.unpark(channel)
        self.channels.pop(channel.uuid, None)
        channel.rtp.close()
        more = {"Hangup-Cause": cause, **channel.figures(cause, status)}
        other = channel.other
        self.bus.channel("CHANNEL_HANGUP_COMPLETE", channel, more)
        if other is not None and not other.ended:
            self.kill(other, cause)

    def unpark(self, channel: Channel) -> None:
        timer = self._parked.pop(channel.uuid, None)
        if timer is not None:
            timer.cancel()


class Caller:
    """The side that called in, until and after its answer."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._channel: Channel | None = None
        self._media: sdp.Media | None = None
        self.gone = False

    def begin(self, channel: Channel, media: sdp.Media) -> None:
        self._channel, self._media = channel, media

    @property
    def media(self) -> sdp.Media:
        assert self._media is not None
        return self._media

    def own_sdp(self) -> str:
        assert self._channel is not None
        return sdp.write(self._calls.host, self._channel.rtp.port, self.media.payload, self.media.events)

    def ringing(self, status: int, sdp: str) -> None:
        pass

    def answered(self, sdp: str) -> None:
        pass

    def refused(self, status: int) -> None:
        self.ended()

    def ended(self) -> None:
        self.gone = True
        if self._channel is None:
            return
        if self._channel.answered:
            self._calls.end(self._channel, "NORMAL_CLEARING", "recv_bye", 0)
        else:
            self._calls.end(self._channel, "ORIGINATOR_CANCEL", "recv_cancel", 487)


class Agent:
    """The side that is called, for one parked caller."""

    def __init__(self, calls: Calls, channel: Channel, caller: Channel, side: Caller) -> None:
        self._calls = calls
        self._channel = channel
        self._caller = caller
        self._side = side
        self._timer: asyncio.TimerHandle | None = None
        self._over = False

    def dial(self, asked: DialLeg) -> None:
        calls, channel, media = self._calls, self._channel, self._side.media
        assert calls.stack is not None
        offer = sdp.write(calls.host, channel.rtp.port, media.payload, media.events)
        headers = {"X-Keepline-Call-Id": asked.call_id}
        channel.codec = media.codec
        channel.leg = calls.stack.dial(asked.uri, channel.caller, offer, headers, calls.edge)
        channel.leg.events = self
        channel.other, self._caller.other = self._caller, channel
        channel.rtp.peer, self._caller.rtp.peer = self._caller.rtp, channel.rtp
        calls.channels[channel.uuid] = channel
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(asked.ring_seconds, self._rang_too_long)

    def ringing(self, status: int, sdp: str) -> None:
        if self._over or self._caller.ended or self._caller.leg is None:
            return
        early = self._side.own_sdp() if sdp and self._aim(sdp) else None
        self._caller.leg.ring(status, "Session Progress" if early else "Ringing", early)

    def answered(self, sdp: str) -> None:
        if self._over or self._caller.leg is None or self._channel.ended:
            return
        self._settle()
        if not self._aim(sdp):
            self._calls.kill(self._channel, "INCOMPATIBLE_DESTINATION")
            return
        bus, now = self._calls.bus, microseconds()
        self._channel.answered = self._caller.answered = now
        self._caller.leg.answer(self._side.own_sdp())
        self._caller.variables["originate_disposition"] = "SUCCESS"
        bus.channel("CHANNEL_ANSWER", self._channel)
        bus.channel("CHANNEL_ANSWER", self._caller)
        bus.channel("CHANNEL_BRIDGE", self._caller)

    def refused(self, status: int) -> None:
        if not self._over:
            self._failed(cause_of(status), "recv_refuse", status)

    def ended(self) -> None:
        self._settle()
        if self._channel.answered:
            self._calls.end(self._channel, "NORMAL_CLEARING", "recv_bye", 0)
        elif not self._channel.ended:
            self._failed("NORMAL_TEMPORARY_FAILURE", "recv_refuse", 0)

    def _rang_too_long(self) -> None:
        if not self._over and self._channel.leg is not None:
            self._channel.leg.hang_up()
            self._failed("ALLOTTED_TIMEOUT", "send_cancel", 0)

    def _failed(self, cause: str, disposition: str, status: int) -> None:
        """The leg is over and the caller is parked again, with the reason."""
        self._settle()
        self._caller.other = self._caller.rtp.peer = None
        self._channel.other = None
        self._calls.end(self._channel, cause, disposition, status)
        if self._caller.ended:
            return
        self._caller.variables["originate_disposition"] = cause
        if status:
            self._caller.variables["last_bridge_proto_specific_hangup_cause"] = f"sip:{status}"
        self._calls.park(self._caller)

    def _settle(self) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()

    def _aim(self, text: str) -> bool:
        try:
            media = sdp.read(text)
        except sdp.NoCommonCodec:
            return False
        self._channel.rtp.aim(media.host, media.port)
        return True
