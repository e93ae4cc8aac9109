"""Where a provider or PBX takes calls: host, port and transport."""

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
