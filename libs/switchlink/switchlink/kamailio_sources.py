"""By which keys an edge finds the trunks whose networks may hold an address.

A network stands at the longest whole part of its addresses that it lies in: 198.51.100.0/28 at "198.51.100",
2001:db8::/40 at "2001:db8", everything at "*". So an address is found by a few look-ups, and what is found
there is asked for its networks. Parts are written as Kamailio writes them: no zeros in front, none left out.
"""

from collections.abc import Iterable
from ipaddress import ip_network

EVERYWHERE = "*"


def source_key(cidr: str) -> str:
    network = ip_network(cidr)
    if network.version == 4:  # noqa: PLR2004
        parts, bits, sign = str(network.network_address).split("."), 8, "."
    else:
        words = network.network_address.exploded.split(":")
        parts, bits, sign = [f"{int(word, 16):x}" for word in words], 16, ":"
    return sign.join(parts[: network.prefixlen // bits]) or EVERYWHERE


def source_keys(cidrs: Iterable[str]) -> frozenset[str]:
    return frozenset(map(source_key, cidrs))


def keys_of_value(trunk_value: str) -> frozenset[str]:
    """Of a trunk as the edge's table has it; empty for what is none."""
    fields = trunk_value.split("|")
    return source_keys(filter(None, fields[3].split(","))) if len(fields) > 3 else frozenset()  # noqa: PLR2004


def with_domain(value: str, domain: str) -> str:
    return ",".join(sorted({*filter(None, value.split(",")), domain}))


def without_domain(value: str, domain: str) -> str:
    """Empty: nobody is left."""
    return ",".join(sorted({*filter(None, value.split(","))} - {domain}))
