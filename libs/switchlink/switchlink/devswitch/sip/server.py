"""The SIP side as a whole: takes calls that come in, makes calls that go out.

A request that is no call and belongs to none is answered at once and remembered nowhere.
"""

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader

from switchlink.devswitch.legs import Dial, Invite, LegEvents, Peer

from .extensions import unsupported
from .leg import SipLeg, dial_leg, sdp_of
from .stack import Answer, SipStack

ALLOWED = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"
MAX_FORWARDS = 70
_MAX_CUSTOM = 64
_CUSTOM_NAME = re.compile(r"x-[a-z0-9-]{1,60}")
_log = logging.getLogger("devswitch.sip")

OnInvite = Callable[[Invite, SipLeg], LegEvents]
_RETRY_AFTER = SipHeader(name="retry-after", body=SipGenericHF("300", "retry-after"))


class SipServer:
    def __init__(
        self, address: Peer, on_invite: OnInvite, is_paused: Callable[[], bool], given_up_after: float = 32.0
    ) -> None:
        self._stack = SipStack(address, self._request, given_up_after)
        self._on_invite = on_invite
        self._is_paused = is_paused

    def dial(self, dial: Dial, events: LegEvents) -> SipLeg:
        return dial_leg(self._stack, dial, events)

    def close(self) -> None:
        self._stack.close()

    def _request(self, request: Any, transaction: Any) -> Answer:
        try:
            return self._answer(request, transaction)
        except Exception:
            _log.exception("a %s could not be handled", request.getMethod())
            return (request.genResponse(400, "Bad Request"), None, None)

    def _answer(self, request: Any, transaction: Any) -> Answer:
        method = request.getMethod()
        if request.getHFBody("to").getTag() is not None:
            return (request.genResponse(481, "Call/Transaction Does Not Exist"), None, None)
        if method in ("OPTIONS", "INVITE") and self._is_paused():
            refusal = request.genResponse(503, "Maximum Calls In Progress")
            refusal.appendHeader(_RETRY_AFTER)
            return (refusal, None, None)
        if method == "OPTIONS":
            return (request.genResponse(200, "OK"), None, None)
        if method != "INVITE":
            return (request.genResponse(405, "Method Not Allowed"), None, None)
        if (refusal := unsupported(request) or _unreadable(request)) is not None:
            return (refusal, None, None)
        invite = _invite_of(request)
        leg = SipLeg(self._stack, None)
        answer: Answer = leg.recvRequest(request, transaction)
        leg.events = self._on_invite(invite, leg)
        return answer


def _unreadable(request: Any) -> Any | None:
    """The refusal of a body without SDP."""
    if request.getBody() is None or sdp_of(request):
        return None
    return request.genResponse(415, "Unsupported Media Type")


def _invite_of(request: Any) -> Invite:
    uri, caller = request.getRURI(), request.getHFBody("from").getUri()
    hops = request.getHFBodys("max-forwards")
    return Invite(
        call_id=str(request.getHFBody("call-id")),
        request_user=uri.username or "",
        request_uri=str(uri).partition(":")[2],
        from_user=unquote(caller.url.username or ""),
        from_host=str(caller.url.host),
        from_name=caller.name or "",
        to_uri=str(request.getHFBody("to").getUrl()).partition(":")[2],
        contact_uri=str(request.getHFBody("contact").getUrl()).partition(":")[2],
        source=request.getSource(),
        sdp=sdp_of(request),
        max_forwards=hops[0].getNum() if hops else MAX_FORWARDS,
        custom=_custom_headers(request),
    )


def _custom_headers(request: Any) -> dict[str, str]:
    """The stack has forgotten how a name was written: X-Keepline-Tenant is what we make of each."""
    found = [header for header in request.headers if _CUSTOM_NAME.fullmatch(header.name)]
    return {
        "-".join(part.capitalize() for part in header.name.split("-")): str(header.body)
        for header in found[:_MAX_CUSTOM]
    }
