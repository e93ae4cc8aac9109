"""sippy in a thread of its own; the one file that touches it.

Rule: sippy's objects are used on its thread only. Orders go there by callFromThread, what happens comes back
to the asyncio loop by call_soon_threadsafe.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.Core.EventDispatcher import ED2
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipConf import SipConf
from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader
from sippy.SipRoute import SipRoute
from sippy.SipTransactionManager import SipTransactionManager
from sippy.SipURL import SipURL
from sippy.UA import UA

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Offered:
    """An INVITE: who calls whom, its offer, and the headers that start with X-."""

    sip_call_id: str
    caller: str
    called: str
    sdp: str
    headers: Mapping[str, str]


class LegEvents(Protocol):
    """What a leg tells of its far side; on the asyncio loop."""

    def ringing(self, status: int, sdp: str) -> None: ...

    def answered(self, sdp: str) -> None: ...

    def refused(self, status: int) -> None: ...

    def ended(self) -> None:
        """BYE, or CANCEL before the answer."""


class SipLeg:
    """One dialog. Its methods may be called from the asyncio loop at any time; too late is no error."""

    def __init__(self, stack: "SipStack", next_hop: Address | None = None) -> None:
        self._stack = stack
        self.events: LegEvents | None = None
        hop = None if next_hop is None else next_hop
        self.ua = UA(stack.config, event_cb=self._happened, nh_address=hop)
        self._local_sdp: str | None = None

    def ring(self, status: int, reason: str, sdp: str | None) -> None:
        self._order(lambda: CCEventRing((status, reason, _body(sdp))))

    def answer(self, sdp: str) -> None:
        self._local_sdp = sdp
        self._order(lambda: CCEventConnect((200, "OK", _body(sdp))))

    def refuse(self, status: int, reason: str) -> None:
        self._order(lambda: CCEventFail((status, reason)))

    def hang_up(self) -> None:
        """BYE, CANCEL, or a refusal, as its state asks for."""
        self._order(CCEventDisconnect)

    def invite(self, uri: str, caller: str, sdp: str, headers: Mapping[str, str]) -> None:
        """To `uri` by way of the next hop, with a Route for it (RFC 3261 16.12, loose routing)."""
        self._local_sdp = sdp
        self._order(lambda: _Try(uri, caller, sdp, headers))

    def _order(self, make: Callable[[], Any]) -> None:
        ED2.callFromThread(lambda: self.ua.recvEvent(make()))

    def _happened(self, event: Any, ua: Any) -> None:
        """On sippy's thread."""
        if isinstance(event, CCEventTry):
            self._stack.offered(self, event)
        elif isinstance(event, CCEventUpdate):
            # a new offer in the dialog: the media stay where they are
            ua.recvEvent(CCEventConnect((200, "OK", _body(self._local_sdp))))
        elif isinstance(event, CCEventRing):
            status, _, body = event.getData()
            if status > 100:  # noqa: PLR2004
                self._tell("ringing", status, _text(body))
        elif isinstance(event, CCEventConnect):
            self._tell("answered", _text(event.getData()[2]))
        elif isinstance(event, CCEventFail | CCEventRedirect):
            self._tell("refused", int(event.getData()[0]))
        elif isinstance(event, CCEventDisconnect):
            self._tell("ended")

    def _tell(self, what: str, *parts: object) -> None:
        self._stack.loop.call_soon_threadsafe(self._deliver, what, parts)

    def _deliver(self, what: str, parts: tuple[object, ...]) -> None:
        if self.events is not None:
            getattr(self.events, what)(*parts)


class SipStack:
    def __init__(self, local: Address, edge: Address, on_invite: Callable[[SipLeg, Offered], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self._edge = edge
        self._on_invite = on_invite
        SipConf.my_address, SipConf.my_port = local
        SipConf.my_uaname = "devswitch"
        self.config: dict[str, Any] = {
            "_sip_address": local[0],
            "_sip_port": local[1],
            "_sip_logger": _Silent(),
            "nh_addr": edge,
        }
        self._thread = threading.Thread(target=self._run, name="sippy", daemon=True)
        self._bound: asyncio.Future[None] = self.loop.create_future()

    async def start(self) -> None:
        self._thread.start()
        await self._bound

    async def stop(self) -> None:
        ED2.callFromThread(ED2.breakLoop)
        await asyncio.to_thread(self._thread.join, 5)

    def dial(self, uri: str, caller: str, sdp: str, headers: Mapping[str, str], hop: Address) -> SipLeg:
        leg = SipLeg(self, hop)
        leg.invite(uri, caller, sdp, headers)
        return leg

    def offered(self, leg: SipLeg, event: Any) -> None:
        call_id, caller, called, body, _, _ = event.getData()
        headers = dict(leg.ua.inbound_headers)
        offer = Offered(str(call_id), caller or "", called or "", _text(body), headers)
        self.loop.call_soon_threadsafe(self._on_invite, leg, offer)

    def _run(self) -> None:
        try:
            self.config["_sip_tm"] = SipTransactionManager(self.config, self._request)
        except OSError as error:
            self.loop.call_soon_threadsafe(self._bound.set_exception, error)
            return
        self.loop.call_soon_threadsafe(self._bound.set_result, None)
        ED2.loop(freq=500.0)
        self.config["_sip_tm"].shutdown()

    def _request(self, request: Any, transaction: Any) -> Any:
        """What no dialog claims."""
        method = request.getMethod()
        if request.getHFBody("to").getTag() is not None:
            return (request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None)
        if method == "INVITE":
            leg = SipLeg(self)
            leg.ua.inbound_headers = _inner_headers(request)
            return leg.ua.recvRequest(request, transaction)
        if method == "OPTIONS":
            return (request.genResponse(200, "OK"), None, None)
        return (request.genResponse(405, "Method Not Allowed"), None, None)


class _Try(CCEventTry):  # type: ignore[misc]  # sippy has no types
    def __init__(self, uri: str, caller: str, sdp: str, headers: Mapping[str, str]) -> None:
        super().__init__((None, caller, SipURL(uri).username, _body(sdp), None, None))
        self._uri = uri
        self.extra_headers = tuple(
            SipHeader(name=name, body=SipGenericHF(value, name=name)) for name, value in headers.items()
        )

    def onUacSetupComplete(self, uac: Any) -> None:
        (host, port), _ = uac.rAddr0
        uac.rTarget = SipURL(self._uri)
        uac.rUri.getUri().url = SipURL(self._uri.partition(";")[0])
        uac.routes = [SipRoute(address=SipAddress(url=SipURL(host=host, port=port, lr=True)))]


class _Silent:
    """sippy's log; what matters is in our own events."""

    def write(self, *parts: object, **more: object) -> None:
        pass


def _inner_headers(request: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in request.headers:
        if header.name.lower().startswith("x-"):
            name = "-".join(part.capitalize() for part in header.name.split("-"))
            found.setdefault(name, str(header.body))
    return found


def _body(sdp: str | None) -> Any:
    if sdp is None:
        return None
    body = MsgBody(sdp)
    body.needs_update = False
    return body


def _text(body: Any) -> str:
    return "" if body is None else str(body)
