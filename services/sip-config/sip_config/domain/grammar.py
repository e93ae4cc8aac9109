"""The words of a configuration, checked: hosts, numbers, networks, ids.

What does not fit its type is refused here, so that no `|`, `,`, quote, blank or control character ever
reaches a table, a file or a command of a node.
"""

import re
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MAX_DOMAIN = 253
MAX_PORT = 65535

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")


class RecordInvalid(ValueError):
    """Says in words which part of a record does not fit its type."""


class Transport(StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


def is_number(text: str) -> bool:
    """E.164 with its plus, 3 to 15 digits (ITU-T E.164 6.1; short ones are service numbers)."""
    return _NUMBER.fullmatch(text) is not None


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def is_domain(text: str) -> bool:
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


@lru_cache(4096)
def network(cidr: str) -> IPv4Network | IPv6Network:
    """The network that a canonical CIDR names; host bits, scopes and other spellings are refused."""
    if "%" in cidr:
        raise RecordInvalid(f"source {cidr!r} names an interface")
    try:
        parsed = ip_network(cidr)
    except ValueError as error:
        raise RecordInvalid(f"source {cidr!r} is not a network in CIDR form") from error
    if str(parsed) != cidr:
        raise RecordInvalid(f"source {cidr!r} is not in canonical form, {parsed}")
    return parsed


def check_host(host: str, port: int) -> None:
    if not is_address(host) and not is_domain(host):
        raise RecordInvalid(f"host {host!r} is neither an address nor a host name")
    if not 1 <= port <= MAX_PORT:
        raise RecordInvalid(f"port {port} of {host} is not between 1 and {MAX_PORT}")
