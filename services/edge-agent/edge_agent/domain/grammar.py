"""What a host, a name, a number and a network may look like on the way into an edge."""

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MAX_DOMAIN = 253
MAX_PORT = 65535

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")


class ResourceInvalid(ValueError):
    """Says in words which part of a resource does not fit its type."""


class Transport(StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """A host name in lower case; no address."""
    labels = text.split(".")
    return (
        len(text) <= MAX_DOMAIN
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def is_address(text: str) -> bool:
    try:
        return "%" not in text and str(ip_address(text)) == text
    except ValueError:
        return False


def check_token(what: str, value: str) -> None:
    if not _TOKEN.fullmatch(value):
        raise ResourceInvalid(f"{what} {value[:80]!r} is not 1 to 64 letters, digits, _ and -")


def check_host(host: str, port: int) -> None:
    if not 1 <= port <= MAX_PORT:
        raise ResourceInvalid(f"port {port} is not between 1 and {MAX_PORT}")
    if not is_address(host) and not is_domain(host):
        raise ResourceInvalid(f"host {host[:80]!r} is neither an address nor a host name")


def network(cidr: str) -> IPv4Network | IPv6Network:
    """The network that a canonical CIDR names; host bits, scopes and other spellings are refused."""
    if "%" in cidr:
        raise ResourceInvalid(f"source {cidr[:80]!r} names an interface")
    try:
        parsed = ip_network(cidr)
    except ValueError as error:
        raise ResourceInvalid(f"source {cidr[:80]!r} is not a network in CIDR form") from error
    if str(parsed) != cidr:
        raise ResourceInvalid(f"source {cidr[:80]!r} is not in canonical form, {parsed}")
    return parsed
