"""The switch: its channels, and how they come to be."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from .channel import Channel
from .channel_headers import headers_of, profile_of, variables_of
from .dialplan.dial_string import BridgeTo
from .dialplan.expansion import expand
from .dialplan.plan import Dialplan
from .dialplan.walk import Walk
from .esl.events import Events
from .esl.ledger import Hashes
from .hook import run_in_hook
from .legs import Dial, Dialler, Invite, Leg, Peer
from .media import sdp
from .media.conversation import Conversation
from .media.rtp import RtpPorts
from .roles import Caller, Observer

MAX_SESSIONS = 500
PROFILE = "inner"
ENTRY = "keepline"  # the profile's context
HEADER = "sip_h_"
OFFERED = tuple(sdp.CODECS)


Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
Run = Callable[[str], Awaitable[str]]


async def _no_commands(line: str) -> str:
    return f"-ERR {line} comes too early\n"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A leg to dial: `custom` are the X- headers of its INVITE."""

    who: Caller
    next_hop: Peer
    custom: Mapping[str, str]
    variables: Mapping[str, str]
    own_uuid: str = ""


class Switch:
    def __init__(self, address: Peer, ports: RtpPorts, dialplan: Dialplan, spawn: Spawn) -> None:
        self.address = address
        self.paused = False
        self.hashes = Hashes()
        self.spawn = spawn
        self._dialplan = dialplan
        self._run: Run = _no_commands
        self.events = Events(address)
        self.channels: dict[str, Channel] = {}
        self._started = time.monotonic()
        self.total = 0
        self.peak = 0
        self._ports = ports
        self._dialler: Dialler | None = None

    @property
    def uptime(self) -> float:
        """Seconds."""
        return time.monotonic() - self._started

    def connect(self, dialler: Dialler, run: Run) -> None:
        """SIP takes calls for us before we can make any."""
        self._dialler = dialler
        self._run = run

    def fire(self, name: str, channel: Channel) -> None:
        self.events.fire(name, lambda: headers_of(channel))

    def fire_of(self, channel: Channel, name: str, more: Mapping[str, str]) -> None:
        """With headers of the dialplan's own."""
        subclass = more.get("Event-Subclass", "")
        self.events.fire(name, lambda: {**headers_of(channel), **more}, subclass=subclass)

    def run_hook(self, channel: Channel, prefix: str) -> None:
        """Each variable that begins so is a command, expanded with what is known now."""
        known = {**profile_of(channel), **variables_of(channel)}
        for line in [text for name, text in channel.variables.items() if name.startswith(prefix)]:
            name, _, text = line.partition(" ")
            run_in_hook(name, expand(text, lambda key: known.get(key, "")), self.channels, self.hashes)

    def forget(self, channel: Channel) -> None:
        self.channels.pop(channel.uuid, None)

    def take(self, invite: Invite, leg: Leg) -> Channel:
        """A call came in."""
        name = f"sofia/{PROFILE}/{invite.from_user}@{invite.from_host}"
        shown = invite.from_name or invite.from_user or "unknown"
        caller = Caller(invite.from_user, shown, invite.request_user, invite.source[0])
        theirs = sdp.parse(invite.sdp)
        conversation = Conversation(self._ports, theirs, is_late=not invite.sdp)
        channel = Channel(self, "inbound", name, caller, conversation)
        channel.leg = leg
        channel.max_forwards = invite.max_forwards
        channel.variables |= _variables(invite, theirs)
        channel.context = ENTRY
        self._adopt(channel)
        if len(self.channels) > MAX_SESSIONS:
            channel.hang_up("SWITCH_CONGESTION")
        elif invite.max_forwards < 1:
            channel.hang_up("EXCHANGE_ROUTING_ERROR")
        else:
            self._route(channel)
        return channel

    def transfer(self, channel: Channel, destination: str, context: str) -> None:
        caller = channel.caller
        channel.caller = Caller(caller.number, caller.name, destination, caller.network)
        channel.context = context
        self._route(channel)

    def value(self, name: str) -> str:
        """A global variable."""
        return self._dialplan.values.get(name, "")

    async def run(self, line: str) -> str:
        """An api command, for whoever commands a channel."""
        return await self._run(line)

    def _route(self, channel: Channel) -> None:
        lookup = {**profile_of(channel), **variables_of(channel)}
        actions = self._dialplan.actions(
            channel.context, channel.caller.destination, lambda name: lookup.get(name) or self.value(name)
        )
        channel.leave()
        channel.walk = walk = Walk(self, channel, actions)
        walk.go()

    def call(self, caller: Channel, step: BridgeTo, observer: Observer) -> Channel:
        """For Bridge: the caller's own codecs, so that nothing has to be transcoded."""
        who = Caller(caller.caller.number, caller.caller.name, step.uri)
        custom = {
            name.removeprefix(HEADER): value for name, value in step.own.items() if name.startswith(HEADER)
        }
        outgoing = Outgoing(who, step.next_hop, custom, step.own)
        leg = self._outbound(outgoing, observer, caller)
        leg.max_forwards = caller.max_forwards - 1
        codecs = caller.conversation.codecs or OFFERED
        self._dial(
            leg, outgoing, codecs, caller.conversation.dtmf if codecs is not OFFERED else sdp.DTMF_TYPE
        )
        return leg

    def originate(self, outgoing: Outgoing, observer: Observer) -> Channel:
        leg = self._outbound(outgoing, observer)
        self._dial(leg, outgoing, OFFERED, sdp.DTMF_TYPE)
        return leg

    def hang_up_all(self, cause: str) -> int:
        channels = list(self.channels.values())
        for channel in channels:
            channel.hang_up(cause)
        return len(channels)

    def _outbound(self, outgoing: Outgoing, observer: Observer, caller: Channel | None = None) -> Channel:
        who = outgoing.who
        name = f"sofia/{PROFILE}/{who.destination}"
        leg = Channel(self, "outbound", name, who, Conversation(self._ports), own_uuid=outgoing.own_uuid)
        leg.observer = observer
        leg.context = ENTRY
        if caller is not None:
            leg.partner, caller.partner = caller, leg
        self.fire("CHANNEL_OUTGOING", leg)
        leg.variables |= outgoing.variables
        self._adopt(leg)
        return leg

    def _dial(self, leg: Channel, outgoing: Outgoing, codecs: tuple[int, ...], dtmf: int | None) -> None:
        if self._dialler is None or len(self.channels) > MAX_SESSIONS:
            leg.hang_up("SWITCH_CONGESTION")
            return
        who = outgoing.who
        offer = leg.conversation.offer(codecs, dtmf)
        dial = Dial(
            who.destination, outgoing.next_hop, who.number, who.name, offer, leg.max_forwards, outgoing.custom
        )
        self.run_hook(leg, "api_on_originate")
        leg.leg = self._dialler.dial(dial, leg)
        leg.variables["sip_call_id"] = leg.leg.call_id

    def _adopt(self, channel: Channel) -> None:
        self.channels[channel.uuid] = channel
        self.total += 1
        self.peak = max(self.peak, len(self.channels))
        self.fire("CHANNEL_CREATE", channel)


def _variables(invite: Invite, theirs: sdp.Description | None) -> dict[str, str]:
    host, port = invite.source
    described = {
        "switch_r_sdp": invite.sdp,
        "ep_codec_string": ",".join(
            f"CORE_PCM_MODULE.{sdp.CODECS[c]}@8000h@20i@64000b" for c in theirs.codecs
        )
        if theirs
        else "",
    }
    taken = {name: value for name, value in described.items() if value} | {
        "sip_call_id": invite.call_id,
        "sip_from_user": invite.from_user,
        "sip_from_host": invite.from_host,
        "sip_from_display": invite.from_name,
        "sip_req_user": invite.request_user,
        "sip_req_uri": invite.request_uri,
        "sip_to_uri": invite.to_uri,
        "sip_contact_uri": invite.contact_uri,
        "sip_network_ip": host,
        "sip_network_port": str(port),
        **{f"sip_h_{name}": value for name, value in invite.custom.items()},
    }
    # what would be expanded is not taken from a message
    return {name: value for name, value in taken.items() if "${" not in value}
