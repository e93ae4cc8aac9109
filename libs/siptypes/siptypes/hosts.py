"""Host names, addresses and networks in the one writing in which they are kept.

What does not fit is refused, so that no `|`, `,`, quote, blank or control character reaches a table, a file
or a command.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from siptypes.faults import Misfit

MAX_DOMAIN = 253
MAX_PORT = 65535
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def is_label(text: str) -> bool:
    """1 to 63 lower-case letters, digits and inner hyphens (RFC 1123, 2.1)."""
    return _LABEL.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """A host name in lower case; no address."""
    labels = text.split(".")
    return len(text) <= MAX_DOMAIN and all(is_label(label) for label in labels) and not labels[-1].isdigit()


def is_literal(text: str) -> bool:
    """An IPv4 or IPv6 address in any writing, without brackets and without a scope."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_address(text: str) -> bool:
    """An IPv4 or IPv6 address in canonical writing, without brackets and without a scope."""
    return is_literal(text) and str(ip_address(text)) == text


def bracketed(host: str) -> str:
    """As it stands in a URI: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def check_host(host: str, port: int) -> None:
    """Raises Misfit."""
    if not is_address(host) and not is_domain(host):
        raise Misfit(f"host {host[:80]!r} is neither an address nor a host name")
    if not 1 <= port <= MAX_PORT:
        raise Misfit(f"port {port} of {host} is not between 1 and {MAX_PORT}")


@lru_cache(4096)
def network(cidr: str) -> IPv4Network | IPv6Network:
    """The network that a canonical CIDR names. Raises Misfit for host bits, scopes and other writings."""
    if "%" in cidr:
        raise Misfit(f"source {cidr[:80]!r} names an interface")
    try:
        parsed = ip_network(cidr)
    except ValueError as error:
        raise Misfit(f"source {cidr[:80]!r} is not a network in CIDR form") from error
    if str(parsed) != cidr:
        raise Misfit(f"source {cidr[:80]!r} is not in canonical form, {parsed}")
    return parsed
