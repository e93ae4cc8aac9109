"""A caller and the leg that is called for it.

The caller is answered when the leg is; a leg that fails hands the caller back to the dialplan, with the
reason on it, and the end of one is the end of the other once they talk. What a leg may say before it
answers depends on the variables of its dial string (switch_ivr_originate.c).
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

from switchlink.devswitch.channel import Channel
from switchlink.devswitch.media import relay
from switchlink.devswitch.media.silence import Silence
from switchlink.devswitch.roles import now_us

from .dial_string import BridgeTo

DEFAULT_SECONDS = 60.0


class Legs(Protocol):
    def call(self, caller: Channel, step: BridgeTo, observer: "Bridge") -> Channel:
        """A leg that is being dialled; it may have failed already."""


class Bridge:
    name = "bridge"

    def __init__(self, caller: Channel, step: BridgeTo, legs: Legs, failed: Callable[[], None]) -> None:
        self.data = f"sofia/inner/{step.uri}"
        self._caller = caller
        self._step = step
        self._legs = legs
        self._failed = failed
        self._leg: Channel | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stop_media: relay.Stop | None = None
        self._over = False
        self._silences: list[Silence] = []

    def start(self) -> None:
        self._caller.variables["originate_disposition"] = "failure"
        self._leg = leg = self._legs.call(self._caller, self._step, self)
        if leg.hung_up:
            self.ended()
            return
        seconds = float(self._step.own.get("leg_timeout", DEFAULT_SECONDS))
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, leg.hang_up, "ALLOTTED_TIMEOUT")

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
        if self._over or leg is None:
            return
        if self._step.shared.get("ignore_early_media") == "ring_ready":
            self._caller.ring()
        elif self._open_media(leg):
            self._caller.send_early_media()
            # originate is over with it, and its limit (leg_timeout) too
            self._cancel_timer()
            self._bridged(leg)

    def answered(self) -> None:
        leg = self._leg
        if self._over or leg is None:
            return
        self._cancel_timer()
        if self._caller.conversation.is_late:
            self._answer_with_an_offer(leg)
        elif self._open_media(leg):
            self._caller.answer()
            self._bridged(leg)
        else:
            leg.hang_up("INCOMPATIBLE_DESTINATION")

    def _answer_with_an_offer(self, leg: Channel) -> None:
        """The caller made none: ours is in the 200, its answer in the ACK."""
        conversation = self._caller.conversation
        conversation.offer(leg.conversation.codecs, leg.conversation.dtmf)
        self._caller.answer()
        self._relay(leg)
        self._bridged(leg)

    def _bridged(self, leg: Channel) -> None:
        if leg.times.bridged:
            return
        caller = self._caller
        caller.variables["originate_disposition"] = "SUCCESS"
        caller.times.bridged = leg.times.bridged = now_us()
        caller.variables["bridge_uuid"], leg.variables["bridge_uuid"] = leg.uuid, caller.uuid
        caller.home.fire("CHANNEL_BRIDGE", caller)
        self._watch(caller, leg)

    def ended(self) -> None:
        leg = self._leg
        if self._over or leg is None:
            return
        self._over = True
        self._let_go()
        if leg.is_answered and leg.times.bridged:
            self._caller.hang_up(leg.cause)
            return
        if not leg.times.bridged:
            self._caller.variables["originate_disposition"] = leg.cause
        self._failed()

    def _open_media(self, leg: Channel) -> bool:
        conversation = self._caller.conversation
        if not conversation.open(leg.conversation.codecs, dtmf=leg.conversation.dtmf is not None):
            return False
        self._relay(leg)
        return True

    def _relay(self, leg: Channel) -> None:
        conversation = self._caller.conversation
        if self._stop_media is None and conversation.port and leg.conversation.port:
            self._stop_media = relay.relay(conversation.port, leg.conversation.port)

    def _watch(self, *channels: Channel) -> None:
        """The variable media_timeout of each, in milliseconds."""
        for channel in channels:
            port, limit = channel.conversation.port, channel.variables.get("media_timeout", "")
            if port is not None and limit.isdecimal():
                end = partial(channel.hang_up, "MEDIA_TIMEOUT")
                self._silences.append(Silence(port, int(limit) / 1000, end))

    def _let_go(self) -> None:
        self._cancel_timer()
        for silence in self._silences:
            silence.stop()
        if self._stop_media is not None:
            self._stop_media()
        self._caller.partner = None
        if self._leg is not None:
            self._leg.partner = None

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
