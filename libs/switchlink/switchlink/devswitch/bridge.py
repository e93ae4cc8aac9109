"""A caller and the leg that is called for it.

Rule: the caller is answered when the leg is; a leg that fails parks the caller again, with the reason, and
the end of one is the end of the other once they talk.
"""

import asyncio
from typing import Protocol

from . import media
from .applications import Park
from .channel import Channel, now_us
from .dialplan import PARK_CAUSE, PARK_SECONDS, BridgeTo


class Legs(Protocol):
    def call(self, caller: Channel, step: BridgeTo, observer: "Bridge") -> Channel:
        """A leg that is being dialled; it may have failed already."""


class Bridge:
    name = "bridge"

    def __init__(self, caller: Channel, step: BridgeTo, legs: Legs) -> None:
        self.data = f"sofia/inner/{step.uri}"
        self._caller = caller
        self._step = step
        self._legs = legs
        self._leg: Channel | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stop_media: media.Stop | None = None
        self._over = False

    def start(self) -> None:
        self._caller.variables.pop("last_bridge_proto_specific_hangup_cause", None)
        self._caller.variables["originate_disposition"] = "failure"
        self._leg = leg = self._legs.call(self._caller, self._step, self)
        if leg.hung_up:
            self.ended()
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._step.ring_seconds, leg.hang_up, "ALLOTTED_TIMEOUT")

    def stop(self, cause: str) -> None:
        """The caller is gone, or was sent elsewhere."""
        self._over = True
        if self._leg is not None:
            talking = self._leg.is_answered
            self._leg.hang_up((cause or "NORMAL_CLEARING") if talking else "ORIGINATOR_CANCEL")
        self._let_go()

    def rang(self) -> None:
        if not self._over:
            self._caller.ring()

    def sent_early_media(self) -> None:
        leg = self._leg
        if not self._over and leg is not None and self._open_media(leg):
            self._caller.send_early_media()

    def answered(self) -> None:
        leg = self._leg
        if self._over or leg is None:
            return
        self._cancel_timer()
        if not self._open_media(leg):
            leg.hang_up("INCOMPATIBLE_DESTINATION")
            return
        self._caller.variables["originate_disposition"] = "SUCCESS"
        self._caller.answer()
        self._caller.times.bridged = leg.times.bridged = now_us()
        self._caller.variables["bridge_uuid"], leg.variables["bridge_uuid"] = leg.uuid, self._caller.uuid
        self._caller.home.fire("CHANNEL_BRIDGE", self._caller)

    def ended(self) -> None:
        leg = self._leg
        if self._over or leg is None:
            return
        self._over = True
        self._let_go()
        if leg.times.bridged:
            self._caller.hang_up(leg.cause)
            return
        self._caller.variables["originate_disposition"] = leg.cause
        self._caller.execute(Park(self._caller, PARK_SECONDS, PARK_CAUSE))

    def _open_media(self, leg: Channel) -> bool:
        conversation = self._caller.conversation
        if not conversation.open(leg.conversation.codecs, dtmf=leg.conversation.dtmf is not None):
            return False
        if self._stop_media is None and conversation.port and leg.conversation.port:
            self._stop_media = media.relay(conversation.port, leg.conversation.port)
        return True

    def _let_go(self) -> None:
        self._cancel_timer()
        if self._stop_media is not None:
            self._stop_media()
        self._caller.partner = None
        if self._leg is not None:
            self._leg.partner = None

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
