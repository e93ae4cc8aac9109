"""The switch: its channels, and how they come to be."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from . import sdp
from .applications import Park, Respond
from .bridge import Bridge
from .channel import Caller, Channel, Observer
from .channel_headers import headers_of
from .conversation import Conversation
from .dialplan import PARK_CAUSE, PARK_SECONDS, BridgeTo, RespondWith, decide
from .events import Events
from .legs import Dial, Dialler, Invite, Leg, Peer
from .rtp import RtpPorts

MAX_SESSIONS = 500
PROFILE = "inner"
OFFERED = tuple(sdp.CODECS)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A leg to dial: `custom` are the X- headers of its INVITE."""

    who: Caller
    next_hop: Peer
    custom: Mapping[str, str]
    variables: Mapping[str, str]
    own_uuid: str = ""


class Switch:
    def __init__(self, address: Peer, edge: Peer, ports: RtpPorts) -> None:
        self.address = address
        self.edge = edge
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

    def connect(self, dialler: Dialler) -> None:
        """SIP takes calls for us before we can make any."""
        self._dialler = dialler

    def fire(self, name: str, channel: Channel) -> None:
        self.events.fire(name, lambda: headers_of(channel))

    def forget(self, channel: Channel) -> None:
        self.channels.pop(channel.uuid, None)

    def take(self, invite: Invite, leg: Leg) -> Channel:
        """A call came in."""
        name = f"sofia/{PROFILE}/{invite.from_user}@{invite.from_host}"
        caller = Caller(invite.from_user, invite.from_name, invite.request_user, invite.source[0])
        theirs = sdp.parse(invite.sdp)
        channel = Channel(self, "inbound", name, caller, Conversation(self._ports, theirs))
        channel.leg = leg
        channel.max_forwards = invite.max_forwards
        channel.variables |= _variables(invite)
        self._adopt(channel)
        if len(self.channels) > MAX_SESSIONS:
            channel.hang_up("SWITCH_CONGESTION")
        elif theirs is None:
            channel.hang_up("INCOMPATIBLE_DESTINATION")
        elif invite.max_forwards < 1:
            channel.hang_up("EXCHANGE_ROUTING_ERROR")
        else:
            self.route(channel)
        return channel

    def transfer(self, channel: Channel, destination: str) -> None:
        caller = channel.caller
        channel.caller = Caller(caller.number, caller.name, destination, caller.network)
        self.route(channel)

    def route(self, channel: Channel) -> None:
        match decide(channel.caller.destination, channel.variables):
            case BridgeTo() as step:
                channel.execute(Bridge(channel, step, self))
            case RespondWith(status, phrase):
                channel.execute(Respond(channel, status, phrase))
            case _:
                channel.execute(Park(channel, PARK_SECONDS, PARK_CAUSE))

    def call(self, caller: Channel, step: BridgeTo, observer: Observer) -> Channel:
        """For Bridge: the caller's own codecs, so that nothing has to be transcoded."""
        who = Caller(caller.caller.number, caller.caller.name, step.uri)
        variables = {
            "keepline_call_id": step.call_id,
            "sip_h_X-Keepline-Call-Id": step.call_id,
            "leg_timeout": str(step.ring_seconds),
            "sip_copy_custom_headers": "false",
        }
        outgoing = Outgoing(who, self.edge, {"X-Keepline-Call-Id": step.call_id}, variables)
        leg = self._outbound(outgoing, observer)
        leg.partner, caller.partner = caller, leg
        leg.max_forwards = caller.max_forwards - 1
        self._dial(leg, outgoing, caller.conversation.codecs, caller.conversation.dtmf)
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

    def _outbound(self, outgoing: Outgoing, observer: Observer) -> Channel:
        who = outgoing.who
        name = f"sofia/{PROFILE}/{who.destination}"
        leg = Channel(self, "outbound", name, who, Conversation(self._ports), own_uuid=outgoing.own_uuid)
        leg.observer = observer
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
        leg.leg = self._dialler.dial(dial, leg)
        leg.variables["sip_call_id"] = leg.leg.call_id

    def _adopt(self, channel: Channel) -> None:
        self.channels[channel.uuid] = channel
        self.total += 1
        self.peak = max(self.peak, len(self.channels))
        self.fire("CHANNEL_CREATE", channel)


def _variables(invite: Invite) -> dict[str, str]:
    host, port = invite.source
    return {
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
        "switch_r_sdp": invite.sdp,
        **{f"sip_h_{name}": value for name, value in invite.custom.items()},
    }
