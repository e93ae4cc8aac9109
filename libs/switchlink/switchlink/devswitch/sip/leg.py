"""One SIP dialog as a leg: sippy's user agent on one side, LegEvents on the other.

What sippy's user agent does wrongly or not at all is done here, and only here: offers within a call,
methods that it would leave unanswered, and texts that must not leave as they came.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventPreConnect,
    CCEventRing,
    CCEventTry,
)
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipContact import SipContact
from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader
from sippy.SipReason import SipReason
from sippy.SipTo import SipTo
from sippy.SipURL import SipURL
from sippy.UA import UA

from switchlink.devswitch.legs import Dial, LegEvents
from switchlink.devswitch.media import sdp

from .answers import NO_ANSWER_TO_OURS, Answers, Fault
from .body import sdp_in, whole_sdp
from .extensions import unsupported
from .stack import Answer, SipStack

_UNFIT_IN_NAME = re.compile(r'[\x00-\x1f\x7f"\\<>]')
_KNOWN_METHODS = frozenset({"INVITE", "BYE", "INFO", "OPTIONS"})
_RINGING = 180
_RINGS = (180, 183)  # as FreeSWITCH takes a 183 without SDP
_ANSWERED = 200
_FIRST_OWN_CAUSE = 128  # from here on a cause is FreeSWITCH's own and means nothing in Q.850


class _VerbatimUrl(SipURL):  # type: ignore[misc]  # sippy has no types
    """A URI that leaves as it was given: sippy would decode and encode it again."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def localStr(self, local_addr: object = None) -> str:
        return self._text

    def getCopy(self) -> "_VerbatimUrl":
        return _VerbatimUrl(self._text)


class _CustomHeader(SipGenericHF):  # type: ignore[misc]
    def __init__(self, body: str, name: str) -> None:
        super().__init__(body, name)
        self._name = name

    def getCanName(self, name: str, compact: bool = False) -> str:
        return self._name

    def getCopy(self) -> "_CustomHeader":
        return _CustomHeader(self.body, self._name)


class SipLeg(UA):  # type: ignore[misc]
    rCSeq: int | None

    def __init__(self, stack: SipStack, events: LegEvents | None, **options: Any) -> None:
        super().__init__(stack.config, event_cb=self._happened, **options)
        self.events = events
        self._answers = Answers()
        self._hears_an_answer = False
        self.lContact = SipContact(
            address=SipAddress(url=SipURL(username="keepline", host=stack.address[0], port=stack.address[1]))
        )

    @property
    def call_id(self) -> str:
        return str(self.cId)

    def invite(self, dial: Dial) -> None:
        caller = dial.caller_user or None
        attempt = CCEventTry((None, caller, "", _body(dial.sdp), None, _plain(dial.caller_name)))
        attempt.max_forwards = dial.max_forwards
        attempt.extra_headers = _custom(dial.custom)

        def aim(_ua: object) -> None:
            self.rTarget = _VerbatimUrl(dial.uri)
            self.rUri = SipTo(address=SipAddress(url=_VerbatimUrl(dial.uri.partition(";")[0])))

        attempt.onUacSetupComplete = aim
        self.recvEvent(attempt)

    def ring(self) -> None:
        self.recvEvent(CCEventRing((_RINGING, "Ringing", None)))

    def send_early_media(self, sdp: str) -> None:
        self.recvEvent(CCEventRing((183, "Session Progress", _body(sdp))))

    def answer(self, sdp: str, *, is_offer: bool) -> None:
        answer = CCEventPreConnect if is_offer else CCEventConnect
        self.recvEvent(answer((200, "OK", _body(sdp))))

    def refuse(self, status: int, phrase: str, cause: str, q850: int, headers: Mapping[str, str]) -> None:
        failure = CCEventFail((status, phrase))
        failure.extra_headers = _custom(headers)
        self._end(failure, cause, q850)

    def hang_up(self, cause: str, q850: int) -> None:
        self._end(CCEventDisconnect(), cause, q850)

    def _end(self, event: Any, cause: str, q850: int) -> None:
        self.events = None
        protocol = "Q.850" if q850 < _FIRST_OWN_CAUSE else "SIP"
        event.reason_rfc3326 = SipReason(protocol=protocol, cause=q850, reason=cause)
        if self._hears_an_answer:
            # sippy acknowledges it after we have heard it
            asyncio.get_running_loop().call_soon(self.recvEvent, event)
        else:
            self.recvEvent(event)

    def recvRequest(self, req: Any, sip_t: Any) -> Answer:
        method = req.getMethod()
        if self.isConnected() and (refusal := unsupported(req)) is not None:
            return (refusal, None, None)
        offers = method in ("INVITE", "UPDATE") and self.isConnected()
        if not offers and method in _KNOWN_METHODS:
            answer: Answer = super().recvRequest(req, sip_t)
            if answer is not None and method == "INVITE":
                return (*answer[:2], self._never_acknowledged)
            return answer
        number, known = int(req.getHFBody("cseq").getCSeqNum()), self.rCSeq
        if known is not None and number <= known:
            return (req.genResponse(500, "Server Internal Error"), None, None)
        self.rCSeq = number
        if not offers:
            return (req.genResponse(501, "Not Implemented"), None, None)
        return (self._answer_offer(req, method), None, None)

    def _never_acknowledged(self) -> None:
        """sippy would take this for a BYE of the far side."""
        events, self.events = self.events, None
        if events is not None:
            events.far_is_gone()
        self.disconnect()

    def _answer_offer(self, request: Any, method: str) -> Any:
        offer = sdp_of(request)
        if method == "UPDATE" and not offer:
            return request.genResponse(200, "OK")
        answer = self.events.far_offered(offer) if self.events else None
        if answer is None:
            return request.genResponse(488, "Not Acceptable Here")
        response = request.genResponse(200, "OK", _body(answer))
        response.appendHeader(SipHeader(name="contact", body=self.lContact))
        return response

    def _happened(self, event: Any, _ua: object) -> None:
        events = self.events
        if events is None:
            return
        if isinstance(event, CCEventConnect) and self.origin == "caller":
            self._hear_ack(events, whole_sdp(event.getData()[2]))
        elif isinstance(event, CCEventRing | CCEventConnect):
            self._hears_an_answer = True
            try:
                self._hear(events, *event.getData())
            finally:
                self._hears_an_answer = False
        elif isinstance(event, CCEventFail):
            self.events = None
            status, phrase = event.getData()[:2]
            events.far_refused(status, phrase, _q850(event))
        elif isinstance(event, CCEventDisconnect):
            self.events = None
            if self.origin == "caller" and self.connect_ts is None:
                events.far_cancelled()
            else:
                events.far_hung_up(_q850(event))

    def _hear_ack(self, events: LegEvents, text: str) -> None:
        """Of a 200 that held our offer."""
        if sdp.readable(text):
            events.far_described(text)
        else:
            self._give_up(events, NO_ANSWER_TO_OURS)

    def _hear(self, events: LegEvents, status: int, phrase: str, body: Any) -> None:
        answer = self._answers.read(status, phrase, body)
        if isinstance(answer, Fault):
            self._give_up(events, answer)
        elif status >= _ANSWERED:
            events.far_answered(answer)
        elif answer:
            events.far_sent_early_media(answer)
        elif status in _RINGS:
            events.far_rang()

    def _give_up(self, events: LegEvents, fault: Fault) -> None:
        number, reason = fault.reason
        self._end(CCEventDisconnect(), reason, number)
        events.far_described_nothing(fault.status, fault.phrase)


def dial_leg(stack: SipStack, dial: Dial, events: LegEvents) -> SipLeg:
    """Dummy credentials: whoever challenges a leg gets an answer that is worth nothing."""
    leg = SipLeg(stack, events, nh_address=dial.next_hop, username="none", password="none")  # noqa: S106
    leg.invite(dial)
    return leg


def sdp_of(message: Any) -> str:
    return sdp_in(message.getBody())


def _custom(headers: Mapping[str, str]) -> list[Any]:
    return [SipHeader(name=name, body=_CustomHeader(value, name)) for name, value in headers.items()]


def _body(sdp: str) -> Any:
    return MsgBody(sdp)


def _plain(name: str) -> str:
    return _UNFIT_IN_NAME.sub("", name)[:64]


def _q850(event: Any) -> int | None:
    reason = event.reason_rfc3326
    if reason is None:
        return None
    found = re.fullmatch(r"Q\.850\s*;.*?cause\s*=\s*(\d{1,3}).*", str(reason), re.IGNORECASE | re.DOTALL)
    return int(found.group(1)) if found else None
