"""One SIP request outside of any call, from an address of the test's choosing, and its final answer."""

import asyncio
import uuid

from .sip_message import SipMessage

Peer = tuple[str, int]


class _Asking(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answered: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        message = SipMessage.parse(data)
        if not message.is_request and not message.is_provisional and not self.answered.done():
            self.answered.set_result(message)


async def ask(host: str, method: str, peer: Peer, user: str = "x", body: str = "") -> SipMessage:
    loop = asyncio.get_running_loop()
    transport, asking = await loop.create_datagram_endpoint(_Asking, local_addr=(host, 0))
    try:
        own_host, own_port = transport.get_extra_info("sockname")[:2]
        transport.sendto(_request(f"{own_host}:{own_port}", method, peer, user, body).render(), peer)
        return await asyncio.wait_for(asking.answered, 5)
    finally:
        transport.close()


def _request(own: str, method: str, peer: Peer, user: str, body: str) -> SipMessage:
    uri = f"sip:{user}@{peer[0]}:{peer[1]}"
    lines = [
        ("Via", f"SIP/2.0/UDP {own};rport;branch=z9hG4bK{uuid.uuid4().hex}"),
        ("Max-Forwards", "70"),
        ("From", f"<sip:phone@{own}>;tag={uuid.uuid4().hex[:8]}"),
        ("To", f"<{uri}>"),
        ("Call-ID", str(uuid.uuid4())),
        ("CSeq", f"1 {method}"),
        ("Contact", f"<sip:phone@{own}>"),
        *([("Content-Type", "text/plain")] if body else []),
    ]
    return SipMessage(f"{method} {uri} SIP/2.0", lines, body)
