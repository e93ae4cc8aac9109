"""A call that the switch makes by itself: dialled, and when answered put to work."""

import asyncio
import re
from collections.abc import Callable

from switchlink.devswitch.channel import Channel
from switchlink.devswitch.media import tone
from switchlink.devswitch.roles import Application, Caller
from switchlink.devswitch.switch import Outgoing, Switch

from .applications import Echo, Park, Play
from .dial_string import Originate, Unreadable

DEFAULT_SECONDS = 60.0
_UUID = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECONDS = re.compile(r"[1-9][0-9]{0,2}")
_HEADER = re.compile(r"sip_h_(X-[A-Za-z0-9-]{1,60})")
_BREAK = re.compile(r"[\r\n\0]")


class Origination:
    """Implements Observer: the leg is up, or it is not."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def rang(self) -> None:
        """Nobody waits for that."""

    def sent_early_media(self) -> None:
        """Nobody listens yet."""

    def answered(self) -> None:
        if not self.outcome.done():
            self.outcome.set_result(True)

    def ended(self) -> None:
        if not self.outcome.done():
            self.outcome.set_result(False)


async def originate(switch: Switch, order: Originate) -> str:
    """FreeSWITCH's answer, once it is known how the call went."""
    variables = order.variables
    make = _application(order)
    own_uuid = variables.get("origination_uuid", "")
    if own_uuid and (not _UUID.fullmatch(own_uuid) or own_uuid in switch.channels):
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    number = variables.get("origination_caller_id_number", "0000000000")
    who = Caller(number, variables.get("origination_caller_id_name", ""), order.uri)
    custom = {
        found[1]: _BREAK.sub(" ", value)
        for name, value in variables.items()
        if (found := _HEADER.fullmatch(name))
    }
    origination = Origination()
    leg = switch.originate(Outgoing(who, order.next_hop, custom, variables, own_uuid), origination)
    seconds, cause = _patience(order)
    timer = asyncio.get_running_loop().call_later(seconds, leg.hang_up, cause)
    try:
        answered = await origination.outcome
    finally:
        timer.cancel()
    if not answered:
        return f"-ERR {leg.cause}\n"
    leg.execute(make(leg))
    return f"+OK {leg.uuid}\n"


def _patience(order: Originate) -> tuple[float, str]:
    for name, cause in (("leg_timeout", "ALLOTTED_TIMEOUT"), ("originate_timeout", "NO_ANSWER")):
        if _SECONDS.fullmatch(order.variables.get(name, "")):
            return float(order.variables[name]), cause
    return DEFAULT_SECONDS, "NO_ANSWER"


def _application(order: Originate) -> Callable[[Channel], Application]:
    if order.application == "park":
        return Park
    if order.application == "echo":
        return Echo
    stream = tone.parse(order.data) if order.application == "playback" else None
    if stream is None:
        raise Unreadable("INVALID_APPLICATION")
    return lambda channel: Play(channel, order.data, stream)
