"""A channel walks through the actions that the dialplan gave it, one after the other.

What takes its time (socket, bridge) is an Application, which says when it is over; the others are
done on the spot. After the last action the call is over.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from switchlink.devswitch.channel import Channel
from switchlink.devswitch.channel_headers import profile_of, variables_of
from switchlink.devswitch.esl.outbound_socket import Commanded, OutboundSocket
from switchlink.devswitch.roles import Application

from .applications import Respond
from .bridge import Bridge, Legs
from .dial_string import Unreadable, parse_bridge
from .expansion import expand
from .plan import Action

_QUOTES = re.compile(r"\\(['\"\\|])|'")
_FIRES_EARLY_SECONDS = 0.25  # the switch's scheduler counts whole seconds of the clock


class Station(Legs, Commanded, Protocol):
    """What a walk needs of the switch."""

    def fire_of(self, channel: Channel, name: str, more: Mapping[str, str]) -> None: ...

    def transfer(self, channel: Channel, destination: str, context: str) -> None: ...

    def value(self, name: str) -> str: ...


class Walk:
    def __init__(self, station: Station, channel: Channel, actions: Iterable[Action]) -> None:
        self._station = station
        self._channel = channel
        self._actions = deque(actions)

    def go(self) -> None:
        """From one action to the next, until one takes its time or the channel goes elsewhere."""
        channel = self._channel
        while channel.walk is self and not channel.hung_up:
            if not self._actions:
                channel.hang_up("NORMAL_CLEARING")
                return
            action = self._actions.popleft()
            application = self.do(action.application, self.expanded(action.data))
            if application is not None:
                channel.execute(application)
                return

    def expanded(self, text: str) -> str:
        variables = {**profile_of(self._channel), **variables_of(self._channel)}
        return expand(text, lambda name: variables.get(name) or self._station.value(name))

    def do(self, name: str, data: str) -> Application | None:
        """One application with its data already expanded; None when it is done."""
        match name:
            case "set" | "unset":
                self._set([data])
            case "multiset":
                self._set(_split(data))
            case "sched_hangup":
                self._guard(data)
            case "sched_cancel":
                self._channel.unschedule()
            case "ring_ready":
                self._channel.ring()
            case "event":
                self._fire(data)
            case "transfer":
                destination, _, context = data.split(" ")
                self._station.transfer(self._channel, destination, context)
            case _:
                return self._application(name, data)
        return None

    def _application(self, name: str, data: str) -> Application | None:
        channel = self._channel
        match name:
            case "respond":
                status, _, phrase = data.partition(" ")
                return Respond(channel, int(status), phrase)
            case "socket":
                return OutboundSocket(channel, data, self._station, self)
            case "bridge":
                return self._bridge(data)
        return None

    def _bridge(self, data: str) -> Application | None:
        try:
            return Bridge(self._channel, parse_bridge(data), self._station, self.go)
        except Unreadable as unreadable:
            self._channel.variables["originate_disposition"] = str(unreadable)
            return None

    def _set(self, pairs: Iterable[str]) -> None:
        """As base_set: expanded once more, and an empty value takes the variable away."""
        for pair in pairs:
            name, _, value = pair.partition("=")
            value = self.expanded(value)
            if value:
                self._channel.variables[name] = value
            else:
                self._channel.variables.pop(name, None)

    def _guard(self, data: str) -> None:
        seconds, _, cause = data.removeprefix("+").partition(" ")
        self._channel.hang_up_after(max(0.0, float(seconds) - _FIRES_EARLY_SECONDS), cause)

    def _fire(self, data: str) -> None:
        named = dict(pair.split("=", 1) for pair in data.split(","))
        name = named.pop("Event-Name")
        self._station.fire_of(self._channel, name, named)


def _split(data: str) -> Iterator[str]:
    """The elements of `^^|a=1|b=2`, without their quotes (switch_separate_string). A backslash goes before a
    quote, a backslash or the delimiter, and stays before anything else."""
    delimiter = " "
    if data.startswith("^^") and len(data) > len("^^"):
        delimiter, data = data[2], data[3:]
    for part in data.split(delimiter):
        yield _QUOTES.sub(lambda found: found[1] or "", part)
