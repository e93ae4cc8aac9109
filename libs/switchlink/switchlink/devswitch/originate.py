"""`originate {vars}sofia/inner/URI;fs_path=sip:HOST:PORT &application()`: the switch itself calls."""

import asyncio
import re
import shlex
from dataclasses import dataclass
from urllib.parse import unquote

from . import sdp
from .calls import Calls
from .causes import cause_of
from .channel import Channel, microseconds
from .sip_stack import Address

_DIAL = re.compile(
    r"(?:\{(?P<vars>[^{}]*)\})?sofia/inner/(?P<uri>sips?:[^;\s]+(?:;transport=\w+)?)(?:;fs_path=sip:(?P<hop>[\w.\[\]:]+))?$"
)
_TONE = re.compile(r"&playback\(tone_stream://%\(\d+,\d+,(?P<hertz>\d+)\)[^)]*\)")
_DEFAULT_SECONDS = 60


class Refused(Exception):
    """The text after -ERR."""


@dataclass(frozen=True, slots=True)
class Order:
    variables: dict[str, str]
    uri: str
    hop: Address | None
    application: str


def read_order(text: str) -> Order:
    words = _split(text)
    found = _DIAL.match(words[0]) if len(words) > 1 else None
    if found is None:
        raise Refused("INVALID_ARGUMENTS")
    pairs = shlex.shlex(found["vars"] or "", posix=True)
    pairs.whitespace, pairs.whitespace_split, pairs.escape = ",", True, ""
    variables = dict(pair.partition("=")[::2] for pair in pairs)
    # as the event socket's own dialect: \n in a quoted value is a line's end
    variables = {name: value.replace("\\n", "\n") for name, value in variables.items()}
    host, _, port = (found["hop"] or "").rpartition(":")
    return Order(variables, unquote(found["uri"]), (host, int(port)) if host else None, words[1])


async def originate(calls: Calls, text: str) -> str:
    """The new channel's id once it was answered; Refused with the cause otherwise."""
    order = read_order(text)
    channel = await calls.open_channel("outbound", "0000000000", order.uri)
    channel.uuid = order.variables.pop("origination_uuid", channel.uuid)
    channel.variables |= order.variables
    waiting = _Waiting(calls, channel)
    assert calls.stack is not None
    offer = sdp.write(calls.host, channel.rtp.port, 0, 101)
    headers = {n.removeprefix("sip_h_"): v for n, v in order.variables.items() if n.startswith("sip_h_")}
    channel.leg = calls.stack.dial(order.uri, channel.caller, offer, headers, order.hop or calls.edge)
    channel.leg.events = waiting
    calls.channels[channel.uuid] = channel
    seconds = order.variables.get("originate_timeout", "")
    try:
        await asyncio.wait_for(waiting.outcome, int(seconds) if seconds.isdigit() else _DEFAULT_SECONDS)
    except TimeoutError:
        calls.kill(channel, "NO_ANSWER")
        raise Refused("NO_ANSWER") from None
    _apply(calls, channel, order.application)
    return channel.uuid


def _apply(calls: Calls, channel: Channel, application: str) -> None:
    calls.bus.channel("CHANNEL_ANSWER", channel)
    tone = _TONE.match(application)
    if tone is not None:
        channel.rtp.play(float(tone["hertz"]))
    elif application.startswith("&echo"):
        channel.rtp.echo = True
    else:
        calls.bus.channel("CHANNEL_PARK", channel)


class _Waiting:
    def __init__(self, calls: Calls, channel: Channel) -> None:
        self._calls = calls
        self._channel = channel
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ringing(self, status: int, sdp: str) -> None:
        pass

    def answered(self, sdp_text: str) -> None:
        media = sdp.read(sdp_text)
        self._channel.rtp.aim(media.host, media.port)
        self._channel.codec, self._channel.answered = media.codec, microseconds()
        if not self.outcome.done():
            self.outcome.set_result(None)

    def refused(self, status: int) -> None:
        self._calls.end(self._channel, cause_of(status), "recv_refuse", status)
        if not self.outcome.done():
            self.outcome.set_exception(Refused(cause_of(status)))

    def ended(self) -> None:
        if self._channel.answered:
            self._calls.end(self._channel, "NORMAL_CLEARING", "recv_bye", 0)
        else:
            self.refused(503)


def _split(text: str) -> list[str]:
    """At blanks outside quotes and braces; the quotes stay."""
    words, word, quoted, depth = [], "", False, 0
    for character in text.strip():
        quoted ^= character == "'"
        depth += (character == "{") - (character == "}")
        if character == " " and not quoted and depth == 0:
            words.append(word)
            word = ""
        else:
            word += character
    return [*words, word]
