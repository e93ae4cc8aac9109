"""A phone on a UDP port: it calls, and it answers each user of its address as it was told to."""

import asyncio
import itertools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, cast

from .rtp import RtpPort
from .sip_message import NOTHING, SUCCESS, Body, Header, SipMessage, answer, contact_uri, tag_of

Peer = tuple[str, int]
Describe = Callable[[str], Body]
"""Makes an answer's body of the SDP of the phone."""


def describe(sdp: str) -> Body:
    return "application/sdp", sdp


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a called user does with an INVITE. `status` None: rings until it is cancelled.

    `early` sends a 183 with its SDP, `rings_after_seconds` a 180 that much later; `before_final_seconds`
    after all of it comes the final answer, or once `told` is set. `describes_early` and `describes` write
    other bodies in the 183 and the 200.
    """

    status: int | None = 200
    reason: str = "Whatever"
    rings: bool = True
    early: bool = False
    rings_after_seconds: float | None = None
    before_final_seconds: float = 0.0
    told: asyncio.Event | None = None
    silent: bool = False
    headers: Sequence[Header] = ()
    describes_early: Describe = describe
    describes: Describe = describe


@dataclass(slots=True)
class Call:
    """One dialog, seen from this phone."""

    invite: SipMessage
    peer: Peer
    rtp: RtpPort
    provisional: list[SipMessage] = field(default_factory=list)
    final: asyncio.Future[SipMessage] = field(default_factory=asyncio.Future)
    ended_by_peer: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    answered: SipMessage | None = None
    remote_sdp: str = ""


class Phone(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.requests: list[SipMessage] = []
        self._behaviours: dict[str, Behaviour] = {}
        self._calls: dict[str, Call] = {}
        self._incoming: dict[str, asyncio.Queue[Call]] = {}
        self._sequence = itertools.count(1)
        self._transport: asyncio.DatagramTransport | None = None
        self._work: set[asyncio.Task[None]] = set()
        self.acknowledges = True
        """False: a 200 to a call of ours is left without its ACK."""
        self.answers_offers: Describe = describe
        """What its ACK says to the offer of a 200."""

    @classmethod
    async def open(cls, host: str = "127.0.0.1", port: int = 0) -> Self:
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(cls, local_addr=(host, port))
        return phone

    def close(self) -> None:
        for call in self._calls.values():
            call.rtp.close()
        if self._transport is not None:
            self._transport.close()

    @property
    def address(self) -> Peer:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def behave(self, user: str, behaviour: Behaviour) -> str:
        """Returns the URI to dial."""
        self._behaviours[user] = behaviour
        return f"sip:{user}@{self.address[0]}:{self.address[1]};transport=udp"

    async def incoming(self, user: str, timeout: float = 20.0) -> Call:  # noqa: ASYNC109  as in asyncio.wait_for
        return await asyncio.wait_for(self._queue(user).get(), timeout)

    def invites_for(self, user: str) -> list[SipMessage]:
        return [
            request for request in self.requests if request.method == "INVITE" and request.uri_user == user
        ]

    async def call(
        self, number: str, peer: Peer, headers: Mapping[str, str] | None = None, offer: str | None = None
    ) -> Call:
        """`offer` replaces ours; "" is an INVITE without one: ours is then in the ACK."""
        rtp = await RtpPort.open(self.address[0])
        call_id, tag = str(uuid.uuid4()), uuid.uuid4().hex[:8]
        me = f"sip:+4930111@{self.address[0]}:{self.address[1]}"
        lines: list[Header] = [
            (
                "Via",
                f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};rport;branch=z9hG4bK{uuid.uuid4().hex}",
            ),
            ("Max-Forwards", "70"),
            ("From", f'"Caller" <{me}>;tag={tag}'),
            ("To", f"<sip:{number}@{peer[0]}:{peer[1]}>"),
            ("Call-ID", call_id),
            ("CSeq", f"{next(self._sequence)} INVITE"),
            ("Contact", f"<{me}>"),
            *(headers or {}).items(),
        ]
        body = rtp.sdp() if offer is None else offer
        if body:
            lines.append(("Content-Type", "application/sdp"))
        invite = SipMessage(f"INVITE sip:{number}@{peer[0]}:{peer[1]} SIP/2.0", lines, body)
        call = self._calls[call_id] = Call(invite, peer, rtp)
        self._send(invite, peer)
        return call

    def cancel(self, call: Call) -> None:
        self._send(_same_transaction(call.invite, "CANCEL"), call.peer)

    def hang_up(self, call: Call) -> None:
        assert call.answered is not None
        self._send(self._in_dialog(call, "BYE"), call.peer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.strip():
            return
        message = SipMessage.parse(data)
        if message.is_request:
            self._request(message, addr)
        else:
            self._answer(message)

    def _request(self, request: SipMessage, peer: Peer) -> None:
        self.requests.append(request)
        call = self._calls.get(request.one("Call-ID"))
        if request.method == "INVITE" and (call is None or _is_new_attempt(request, call)):
            task = asyncio.get_running_loop().create_task(self._receive_call(request, peer))
            self._work.add(task)
            task.add_done_callback(self._work.discard)
        elif request.method == "CANCEL" and call is not None:
            self._send(answer(request, 200, "OK"), peer)
            self._send(answer(call.invite, 487, "Request Terminated"), peer)
            call.cancelled.set()
        elif request.method == "BYE":
            self._send(answer(request, 200, "OK"), peer)
            if call is not None:
                call.ended_by_peer.set()
        elif request.method == "OPTIONS":
            self._send(answer(request, 200, "OK"), peer)

    async def _receive_call(self, invite: SipMessage, peer: Peer) -> None:
        behaviour = self._behaviours.get(invite.uri_user, Behaviour(status=404, rings=False))
        if behaviour.silent:
            return
        call = self._calls[invite.one("Call-ID")] = Call(invite, peer, await RtpPort.open(self.address[0]))
        call.remote_sdp = invite.body
        self._send(answer(invite, 100, "Trying"), peer)
        tagged = [
            ("To", f"{invite.one('To')};tag={uuid.uuid4().hex[:8]}"),
            ("Contact", f"<{self._contact()}>"),
        ]
        if behaviour.rings:
            self._send(answer(invite, 180, "Ringing", tagged), peer)
        if behaviour.early:
            early = behaviour.describes_early(call.rtp.sdp())
            self._send(answer(invite, 183, "Session Progress", tagged, early), peer)
        self._queue(invite.uri_user).put_nowait(call)
        if behaviour.rings_after_seconds is not None:
            await asyncio.sleep(behaviour.rings_after_seconds)
            self._send(answer(invite, 180, "Ringing", tagged), peer)
        await (behaviour.told.wait() if behaviour.told else asyncio.sleep(behaviour.before_final_seconds))
        if behaviour.status is not None and not call.cancelled.is_set():
            good = behaviour.status // 100 == SUCCESS
            body = behaviour.describes(call.rtp.sdp()) if good else NOTHING
            final = answer(invite, behaviour.status, behaviour.reason, (*tagged, *behaviour.headers), body)
            call.answered = final if good else None
            self._send(final, peer)

    def _answer(self, message: SipMessage) -> None:
        call = self._calls.get(message.one("Call-ID"))
        if call is None or message.method != "INVITE":
            return
        if message.is_provisional:
            call.provisional.append(message)
            return
        if message.is_success:
            call.answered, call.remote_sdp = message, message.body
            late = NOTHING if call.invite.body else self.answers_offers(call.rtp.sdp())
            if self.acknowledges:
                self._send(self._in_dialog(call, "ACK", late), call.peer)
        else:
            self._send(_same_transaction(call.invite, "ACK", to=message.one("To")), call.peer)
        if not call.final.done():
            call.final.set_result(message)

    def _in_dialog(self, call: Call, method: str, body: Body = NOTHING) -> SipMessage:
        """Works for both roles: the dialog's own side is the one whose tag we made."""
        assert call.answered is not None
        we_called = tag_of(call.invite.one("From")) and call.answered.one("Contact") != f"<{self._contact()}>"
        other = call.answered if we_called else call.invite
        sides = (call.invite.one("From"), call.answered.one("To"))
        local, remote = sides if we_called else sides[::-1]
        sequence = (
            call.invite.one("CSeq").split(" ")[0] if method == "ACK" else str(next(self._sequence) + 100)
        )
        kind, text = body
        lines: list[Header] = [
            (
                "Via",
                f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};rport;branch=z9hG4bK{uuid.uuid4().hex}",
            ),
            ("Max-Forwards", "70"),
            ("From", local),
            ("To", remote),
            ("Call-ID", call.invite.one("Call-ID")),
            ("CSeq", f"{sequence} {method}"),
            *([("Content-Type", kind)] if kind else []),
        ]
        return SipMessage(f"{method} {contact_uri(other)} SIP/2.0", lines, text)

    def _contact(self) -> str:
        return f"sip:phone@{self.address[0]}:{self.address[1]}"

    def _queue(self, user: str) -> asyncio.Queue[Call]:
        return self._incoming.setdefault(user, asyncio.Queue())

    def _send(self, message: SipMessage, peer: Peer) -> None:
        assert self._transport is not None
        self._transport.sendto(message.render(), peer)


def _is_new_attempt(request: SipMessage, call: Call) -> bool:
    """The same call with credentials, after a challenge."""
    return call.answered is None and request.one("CSeq") != call.invite.one("CSeq")


def _same_transaction(invite: SipMessage, method: str, to: str | None = None) -> SipMessage:
    """CANCEL, and ACK to a refusal: the INVITE's own branch (RFC 3261 9.1, 17.1.1.3)."""
    kept = {"via", "max-forwards", "from", "call-id", "route"}
    lines = [(name, value) for name, value in invite.headers if name.lower() in kept]
    number = invite.one("CSeq").split(" ")[0]
    lines += [("To", to or invite.one("To")), ("CSeq", f"{number} {method}")]
    return SipMessage(f"{method} {invite.uri} SIP/2.0", lines)
