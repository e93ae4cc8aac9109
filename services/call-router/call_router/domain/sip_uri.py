"""The one form of SIP URI that a leg may have: sip:user@host[:port][;transport=udp|tcp|tls].

What this type allows can stand in a channel variable, a dial string and a request line without
changing the meaning of any of them. RFC 3261 allows far more; the rest is refused. What it calls equal
(19.1.4: scheme, host and parameters in any case, a character and its escape; 25.1: a final dot) becomes one
writing.
"""

import re
import string
from dataclasses import dataclass
from typing import Literal

from siptypes.faults import Fault
from siptypes.hosts import MAX_PORT, bracketed, is_domain, is_literal

Transport = Literal["", "udp", "tcp", "tls"]

MAX_URI = 300
_URI = re.compile(
    r"(?i:sip):(?P<user>[A-Za-z0-9+_][A-Za-z0-9+_.~-]{0,63})"
    r"@(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?i:;transport=(?P<transport>udp|tcp|tls))?"
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_AS_IT_IS = frozenset(string.ascii_letters + string.digits + "+_.~-")
_HINT = "write sip:user@host, if needed with :port and ;transport=udp, tcp or tls"


@dataclass(frozen=True, slots=True)
class SipUri:
    user: str
    host: str
    port: int = 0
    transport: Transport = ""

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        transport = f";transport={self.transport}" if self.transport else ""
        return f"sip:{self.user}@{bracketed(self.host)}{port}{transport}"


def read_uri(text: str, pointer: str) -> SipUri | Fault:
    found = _URI.fullmatch(_unescaped(text)) if len(text) <= MAX_URI else None
    if found is None:
        return Fault(pointer, "sip_uri_invalid", "this is not a SIP address that can be called", _HINT)
    host = found["host"].removeprefix("[").removesuffix("]").lower()
    host = host.removesuffix(".") if host[-2:-1] != "." else host
    if not is_host(host):
        return Fault(pointer, "sip_uri_host_invalid", f"{host} is not a host name or an address", _HINT)
    port = int(found["port"] or 0)
    if found["port"] is not None and not 1 <= port <= MAX_PORT:
        return Fault(pointer, "sip_uri_port_invalid", f"{port} is not a port", "use 1 to 65535")
    transports: dict[str | None, Transport] = {None: "", "udp": "udp", "tcp": "tcp", "tls": "tls"}
    transport = found["transport"]
    return SipUri(found["user"], host, port, transports[transport and transport.lower()])


def _unescaped(text: str) -> str:
    """In the user part, of characters that need no escape there."""
    user, at, rest = text.partition("@")
    return _ESCAPE.sub(_meant, user) + at + rest


def _meant(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _AS_IT_IS else escape[0]


def is_host(host: str) -> bool:
    """A literal IPv4 or IPv6 address without brackets, or a host name in lower case."""
    return is_literal(host) or is_domain(host)
