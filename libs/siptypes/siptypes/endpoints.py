"""Where a provider, a PBX or an agent takes calls: host, port and transport."""

import re
from enum import StrEnum

from siptypes.hosts import bracketed


class Transport(StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


DEFAULT_PORTS = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}


def endpoint_name(host: str, port: int, transport: str) -> str:
    """As keepline.sip.v1.Resource names an endpoint, without "endpoint/": tls:[2001:db8::1]:5061."""
    return f"{transport}:{bracketed(host)}:{port}"


_URI = re.compile(
    r"sip:[^@\s]+@(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?:;transport=(?P<transport>udp|tcp|tls))?"
)


def endpoint_of_uri(uri: str) -> tuple[str, int, Transport] | None:
    """Where a SIP URI of our one form leads, what it leaves out filled in; None for another one."""
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    transport = Transport(found["transport"] or Transport.UDP)
    return (found["v6"] or found["host"]).lower(), int(found["port"] or DEFAULT_PORTS[transport]), transport
