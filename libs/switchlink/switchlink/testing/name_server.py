"""A DNS server that answers from a table, and a process that asks no other one.

The C library reads /etc/resolv.conf and asks port 53, which no setting of Kamailio changes: the process gets
a mount namespace of its own where that file names our server. Both need root.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

PORT = 53
Peer = tuple[str, int]
Records = Mapping[tuple[str, str], Sequence[str]]
"""By name with its final dot and type: the data as in a zone file."""


class NameServer(asyncio.DatagramProtocol):
    def __init__(self, records: Records) -> None:
        self._records = records
        self._transport: asyncio.DatagramTransport | None = None
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        question = dns.message.from_wire(data)
        (asked,) = question.question
        name, kind = asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind))
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA | dns.flags.RA
        found = self._records.get((name, kind), ())
        if found:
            answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, found))
        elif name not in {known for known, _ in self._records}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        assert self._transport is not None
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server(host: str, records: Records) -> AsyncIterator[NameServer]:
    """Raises PermissionError where the port may not be taken."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(records), local_addr=(host, PORT)
    )
    try:
        yield server
    finally:
        transport.close()


def asking(host: str, folder: Path) -> Sequence[str]:
    """What stands before a command so that it asks the server there alone. `folder` takes a file."""
    file = folder / "resolv.conf"
    file.write_text(f"nameserver {host}\noptions timeout:1 attempts:1\n")
    script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(file)]
