"""A channel: one leg of a call, with its variables, its times and what it is doing.

A channel ends once, by hang_up or refuse, whoever asked for it; nothing that its leg says is heard
after that. What it tells the world goes through its home.
"""

import asyncio
import uuid
from collections.abc import Mapping

from .causes import NAMES, NUMBERS, PHRASES, cause_of_status, status_of_cause
from .legs import Leg
from .media.conversation import Conversation
from .roles import Application, Caller, Direction, Home, Observer, Refusal, Times, Walking, now_us

_REDIRECTED = range(300, 400)
_MAX_FORWARDS = 70
_GONE = "NORMAL_UNSPECIFIED"
_NO_ANSWER_TO_OURS = 488


class Channel:
    def __init__(
        self,
        home: Home,
        direction: Direction,
        name: str,
        caller: Caller,
        conversation: Conversation,
        *,
        own_uuid: str = "",
    ) -> None:
        self.home = home
        self.direction = direction
        self.name = name
        self.caller = caller
        self.conversation = conversation
        self.uuid = own_uuid or str(uuid.uuid4())
        self.variables: dict[str, str] = {"direction": direction, "uuid": self.uuid, "channel_name": name}
        self.times = Times()
        self.leg: Leg | None = None
        self.partner: Channel | None = None
        self.observer: Observer | None = None
        self.application: Application | None = None
        self.walk: Walking | None = None
        self.context = ""
        self._early = ""
        self._scheduled: list[asyncio.TimerHandle] = []
        self.cause = ""
        self.max_forwards = _MAX_FORWARDS

    @property
    def hung_up(self) -> bool:
        return bool(self.cause)

    @property
    def is_answered(self) -> bool:
        return self.times.answered > 0

    def execute(self, application: Application) -> None:
        self._stop_application("")
        if self.hung_up:
            return
        self.application = application
        self.variables["current_application"] = application.name
        self.variables["current_application_data"] = application.data
        application.start()

    def leave(self) -> None:
        """What it was doing ends, because it goes elsewhere."""
        self._stop_application("")

    def hang_up_after(self, seconds: float, cause: str) -> None:
        """Taken back by `unschedule`, and at the end."""
        self._scheduled.append(asyncio.get_running_loop().call_later(seconds, self.hang_up, cause))

    def unschedule(self) -> None:
        for timer in self._scheduled:
            timer.cancel()
        self._scheduled.clear()

    def ring(self) -> None:
        """A 180 after a 183 is not passed on."""
        told = self.times.progress or self.times.progress_media
        if self.leg is not None and not told and not self.is_answered:
            self.times.progress = now_us()
            self.leg.ring()
            self.home.fire("CHANNEL_PROGRESS", self)

    def send_early_media(self) -> None:
        if self.leg is not None and not self.times.progress_media and not self.is_answered:
            self.times.progress_media = now_us()
            self.leg.send_early_media(self.conversation.ours)
            self.home.fire("CHANNEL_PROGRESS_MEDIA", self)

    def answer(self) -> None:
        if self.leg is not None and not self.is_answered and not self.hung_up:
            self.times.answered = now_us()
            self.leg.answer(self.conversation.ours, is_offer=self.conversation.is_late)
            self.home.fire("CHANNEL_ANSWER", self)

    def refuse(self, status: int, phrase: str, headers: Mapping[str, str] | None = None) -> None:
        """With a status of our choosing; a call that was answered can only be ended."""
        self._end(cause_of_status(status), "", Refusal(status, phrase, headers or {}))

    def hang_up(self, cause: str, by_far_side: str = "") -> None:
        """`by_far_side`: how it did it (recv_bye...), so that there is nothing left to tell it."""
        self._end(cause if cause in NUMBERS else "NORMAL_CLEARING", by_far_side, None)

    def far_rang(self) -> None:
        if not self.hung_up and not self.times.progress and not self._waits_for_the_answer:
            self.times.progress = now_us()
            self._happened("CHANNEL_PROGRESS", "api_on_ring")
            if self.observer is not None:
                self.observer.rang()

    def far_sent_early_media(self, sdp: str) -> None:
        if self.hung_up or self.times.progress_media:
            return
        self.times.progress_media = now_us()
        self._early = sdp
        self._happened("CHANNEL_PROGRESS_MEDIA", "api_on_pre_answer")
        if not self._waits_for_the_answer and not self.conversation.agree(sdp):
            self.hang_up("INCOMPATIBLE_DESTINATION")
        elif self.observer is not None:
            self.observer.sent_early_media()

    def far_answered(self, sdp: str) -> None:
        if self.hung_up or self.is_answered:
            return
        self.times.answered = now_us()
        if not self.conversation.agree(sdp or self._early):
            self.hang_up("INCOMPATIBLE_DESTINATION")
            return
        self._happened("CHANNEL_ANSWER", "api_on_answer")
        if self.observer is not None:
            self.observer.answered()

    def far_described_nothing(self, status: int, phrase: str) -> None:
        self.leg = None
        # to FreeSWITCH, who made no offer has been answered when the ACK had the answer to ours
        self.times.answered = 0
        self._note_status(status, phrase)
        self.hang_up("MANDATORY_IE_MISSING" if status == _NO_ANSWER_TO_OURS else cause_of_status(status))

    def far_described(self, sdp: str) -> None:
        if not self.hung_up and not self.conversation.agree(sdp):
            self.hang_up("INCOMPATIBLE_DESTINATION")

    def far_refused(self, status: int, phrase: str, q850: int | None) -> None:
        cause = "REQUESTED_CHAN_UNAVAIL" if status in _REDIRECTED else cause_of_status(status)
        self._note_status(status, phrase)
        self.variables["sip_invite_failure_status"] = str(status)
        self.hang_up(NAMES.get(q850, "") if q850 else cause, "recv_refuse")

    def far_cancelled(self) -> None:
        self._note_status(487, "Request Terminated")
        self.hang_up("ORIGINATOR_CANCEL", "recv_cancel")

    def far_hung_up(self, q850: int | None) -> None:
        self._note_status(200, "OK")
        self.hang_up(NAMES.get(q850, "") if q850 else "NORMAL_CLEARING", "recv_bye")

    def far_is_gone(self) -> None:
        self.leg = None
        self.variables["sip_term_cause"] = str(NUMBERS[_GONE])
        self.hang_up(_GONE)

    def far_offered(self, sdp: str) -> str | None:
        return None if self.hung_up else self.conversation.renew(sdp)

    @property
    def _waits_for_the_answer(self) -> bool:
        """The caller made no offer: of what the leg says before its answer, nothing is passed on."""
        return self.partner is not None and self.partner.conversation.is_late

    def _happened(self, event: str, hook: str) -> None:
        self.home.fire(event, self)
        self.home.run_hook(self, hook)

    def _note_status(self, status: int, phrase: str) -> None:
        if self.hung_up:
            return
        self.variables["sip_term_status"] = str(status)
        self.variables["proto_specific_hangup_cause"] = f"sip:{status}"
        if self.partner is not None:
            self.partner.variables["sip_hangup_phrase"] = phrase

    def _end(self, cause: str, by_far_side: str, refusal: Refusal | None) -> None:
        if self.hung_up:
            return
        self.cause = cause
        self.times.hungup = now_us()
        if disposition := by_far_side or self._tell_far_side(cause, refusal):
            self.variables["sip_hangup_disposition"] = disposition
        self.unschedule()
        self.conversation.close()
        self._tell_partner(cause)
        self.home.fire("CHANNEL_HANGUP", self)
        self.home.forget(self)
        self.home.run_hook(self, "api_reporting_hook")
        self.home.fire("CHANNEL_HANGUP_COMPLETE", self)
        self._stop_application(cause)
        if self.observer is not None:
            self.observer.ended()

    def _tell_far_side(self, cause: str, refusal: Refusal | None) -> str:
        if self.leg is None:
            return ""
        number = NUMBERS[cause]
        if self.direction == "inbound" and not self.is_answered:
            said = refusal or Refusal(status_of_cause(cause), "")
            phrase = said.phrase or PHRASES.get(said.status, "Refused")
            self.leg.refuse(said.status, phrase, cause, number, said.headers)
            return "send_refuse"
        self.leg.hang_up(cause, number)
        return "send_bye" if self.is_answered else "send_cancel"

    def _tell_partner(self, cause: str) -> None:
        if self.partner is None:
            return
        self.partner.variables["last_bridge_hangup_cause"] = cause
        if proto := self.variables.get("proto_specific_hangup_cause"):
            self.partner.variables["last_bridge_proto_specific_hangup_cause"] = proto

    def _stop_application(self, cause: str) -> None:
        application, self.application = self.application, None
        if application is not None:
            application.stop(cause)
