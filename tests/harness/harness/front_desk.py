"""Stands at an agent's address: answers the edges' probes (OPTIONS), and hands everything else on to SIPp.

SIPp would take a probe for the call that it waits for.
"""

import asyncio
import re
from typing import cast

_CALL_ID = re.compile(rb"^(?:Call-ID|i)[ \t]*:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_KEPT = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")

Address = tuple[str, int]


class FrontDesk(asyncio.DatagramProtocol):
    """agent: where SIPp listens, whether it runs or not."""

    def __init__(self, agent: Address) -> None:
        self._agent = agent
        # by Call-ID: who began that call
        self._peers: dict[bytes, Address] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, agent: Address) -> "FrontDesk":
        """At a free port of the agent's address."""
        loop = asyncio.get_running_loop()
        _, made = await loop.create_datagram_endpoint(lambda: cls(agent), local_addr=(agent[0], 0))
        return made

    @property
    def port(self) -> int:
        if self._transport is None:
            raise RuntimeError("not open")
        return int(self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data.startswith(b"OPTIONS "):
            self._send(_answer(data), addr)
            return
        found = _CALL_ID.search(data)
        call_id = found[1].strip() if found else b""
        if addr == self._agent:
            peer = self._peers.get(call_id)
        else:
            peer, self._peers[call_id] = self._agent, addr
        if peer is not None:
            self._send(data, peer)

    def _send(self, data: bytes, to: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(data, to)


def _answer(options: bytes) -> bytes:
    lines = [line for line in options.split(b"\r\n") if line.lower().startswith(_KEPT)]
    return b"\r\n".join([b"SIP/2.0 200 OK", *lines, b"Content-Length: 0", b"", b""])
