"""SIP by hand: a UDP socket, and messages written exactly as a test wants them, also wrong ones.

No transaction, no retransmission, nothing parsed beyond header lines: what a test sends is what leaves, and
what it gets is what came.
"""

import asyncio
import itertools
import re
import uuid
from dataclasses import dataclass, field
from typing import Self, cast

Peer = tuple[str, int]
FINAL = 200

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Message:
    raw: bytes
    peer: Peer

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")

    @property
    def start(self) -> str:
        return self.text.split("\r\n", 1)[0]

    @property
    def status(self) -> int:
        """Of a reply; 0 for a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a request; of a reply the method that it answers."""
        return self.one("CSeq").split()[-1] if self.status else self.start.split(" ")[0]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    def all(self, name: str) -> list[str]:
        head = self.text.split("\r\n\r\n", 1)[0]
        return re.findall(rf"(?im)^{re.escape(name)}[ \t]*:[ \t]*(.*?)\r?$", head)

    def one(self, name: str) -> str:
        values = self.all(name)
        return values[0] if values else ""


@dataclass(slots=True)
class Dialog:
    """What one side needs to speak again: names as that side sees them."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: list[str] = field(default_factory=list)
    cseq: int = 1


class Wire(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.seen: list[Message] = []
        self.finished: set[str] = set()
        self._sent: set[str] = set()
        self._past: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str = "127.0.0.1", port: int = 0) -> Self:
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_datagram_endpoint(cls, local_addr=(host, port))
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message(data, (addr[0], addr[1]))
        if message.one("Call-ID") in self._past:
            return
        self.seen.append(message)
        self.arrived.put_nowait(message)

    @property
    def peer(self) -> Peer:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    @property
    def at(self) -> str:
        host, port = self.peer
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def send(self, text: str | bytes, to: Peer) -> None:
        assert self._transport is not None
        raw = text.encode() if isinstance(text, str) else text
        message = Message(raw, to)
        self._sent.add(message.one("Call-ID"))
        if message.status >= FINAL and message.method == "INVITE":
            self.finished.add(message.one("Call-ID"))
        self._transport.sendto(raw, to)

    async def receive(self, what: str | int = "", within: float = 10.0) -> Message:
        """The next request of that method, or reply with that status; what comes before it is passed over."""
        async with asyncio.timeout(within):
            while True:
                message = await self.arrived.get()
                if what in ("", message.status) or (not message.status and message.method == what):
                    return message

    def forget(self) -> None:
        """Calls known until now are over: what still comes of them is passed over."""
        self._past |= {message.one("Call-ID") for message in self.seen} | self._sent
        self._sent.clear()
        self.seen.clear()
        while not self.arrived.empty():
            self.arrived.get_nowait()

    async def nothing(self, within: float = 0.5) -> bool:
        """Whether nothing but a keepalive arrived in that time; what waited before counts as something."""
        try:
            async with asyncio.timeout(within):
                while (await self.arrived.get()).method == "OPTIONS":
                    continue
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def request(method: str, uri: str, wire: Wire, extra: str = "", body: str = "", **headers: str) -> str:
    """A request outside a dialog; `headers` replace ours (from_, to, call_id, via, cseq, contact...)."""
    branch = f"z9hG4bK{uuid.uuid4().hex}"
    lines = {
        "via": f"SIP/2.0/UDP {wire.at};branch={branch}",
        "max_forwards": "70",
        "from_": f"<sip:+15550100@{wire.at}>;tag={uuid.uuid4().hex[:8]}",
        "to": f"<{uri}>",
        "call_id": f"{next(_count)}-{uuid.uuid4().hex}@test",
        "cseq": f"1 {method}",
        "contact": f"<sip:caller@{wire.at}>",
    } | headers
    if body:
        lines |= {"content_type": headers.get("content_type", "application/sdp")}
    names = {name: name.strip("_").replace("_", "-").title() for name in lines}
    head = "".join(f"{names[name]}: {value}\r\n" for name, value in lines.items() if value != "-")
    length = len(body.encode())
    return f"{method} {uri} SIP/2.0\r\n{head}{extra}Content-Length: {length}\r\n\r\n{body}"


def reply(
    to: Message,
    status: int,
    reason: str,
    *,
    extra: str = "",
    tag: str = "",
    body: str = "",
    content_type: str = "application/sdp",
) -> str:
    head = to.text.split("\r\n\r\n", 1)[0].split("\r\n")[1:]
    kept = [line for line in head if re.match(r"(?i)(via|from|call-id|cseq|record-route)\s*:", line)]
    to_line = f"To: {to.one('To')}"
    if tag and ";tag=" not in to_line:
        to_line += f";tag={tag}"
    if body:
        extra += f"Content-Type: {content_type}\r\n"
    lines = "".join(f"{line}\r\n" for line in [*kept, to_line])
    return f"SIP/2.0 {status} {reason}\r\n{lines}{extra}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def within(
    dialog: Dialog, method: str, wire: Wire, extra: str = "", cseq: int | None = None, *, body: str = ""
) -> str:
    """A request of a dialog, by its route set."""
    if cseq is None:
        dialog.cseq += 1
    routes = "".join(f"Route: {route}\r\n" for route in dialog.routes)
    return request(
        method,
        dialog.target,
        wire,
        routes + extra,
        body,
        from_=dialog.local,
        to=dialog.remote,
        call_id=dialog.call_id,
        cseq=f"{cseq or dialog.cseq} {method}",
    )


def caller_dialog(ok: Message) -> Dialog:
    """From the 200 that a caller received."""
    cseq = int(ok.one("CSeq").split()[0])
    routes = [route for line in reversed(ok.all("Record-Route")) for route in reversed(line.split(","))]
    return Dialog(ok.one("Call-ID"), ok.one("From"), ok.one("To"), _uri(ok.one("Contact")), routes, cseq)


def callee_dialog(invite: Message, tag: str) -> Dialog:
    """From the INVITE that a callee answered with that tag."""
    routes = [route for line in invite.all("Record-Route") for route in line.split(",")]
    local = f"{invite.one('To')};tag={tag}"
    return Dialog(invite.one("Call-ID"), local, invite.one("From"), _uri(invite.one("Contact")), routes)


def _uri(contact: str) -> str:
    found = re.search(r"<([^>]+)>", contact)
    return found.group(1) if found else contact
