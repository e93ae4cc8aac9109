"""Where a provider may send from: networks in CIDR form, in canonical writing."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from siptypes.faults import Fault

MAX_SOURCES = 64
# Wider than any provider's own block: such a source would let half the Internet in.
_WIDEST = {4: 8, 6: 19}
_MAX_WRITTEN = 64


def read_sources(written: Sequence[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """The canonical networks without repeats, in the order given, and what is wrong with the others."""
    if len(written) > MAX_SOURCES:
        fault = Fault(
            "/source_cidrs",
            "sources_too_many",
            f"{len(written)} sources, {MAX_SOURCES} are allowed",
            "join neighbours into wider networks",
        )
        return (), [fault]
    read: dict[str, None] = {}
    faults = []
    for index, text in enumerate(written):
        answer = _read(text, f"/source_cidrs/{index}")
        if isinstance(answer, Fault):
            faults.append(answer)
        else:
            read[answer] = None
    return tuple(read), faults


def _read(text: str, pointer: str) -> str | Fault:
    trimmed = text.strip()
    if len(trimmed) > _MAX_WRITTEN or "%" in trimmed:
        return _unreadable(pointer)
    try:
        network = ip_network(trimmed)
    except ValueError:
        return _explained(trimmed, pointer)
    return _judged(network, pointer)


def _explained(text: str, pointer: str) -> Fault:
    try:
        meant = ip_interface(text).network
    except ValueError:
        return _unreadable(pointer)
    detail = "the address has bits set behind the prefix"
    return Fault(pointer, "source_has_host_bits", detail, f"did you mean {meant}?")


def _judged(network: IPv4Network | IPv6Network, pointer: str) -> str | Fault:
    widest = _WIDEST[network.version]
    if network.prefixlen < widest:
        detail = f"{network} is wider than /{widest}: far more than one provider sends from"
        return Fault(pointer, "source_too_wide", detail, "name your provider's signalling addresses only")
    address = network.network_address
    if network.version == 6 and network.network_address.ipv4_mapped is not None:  # noqa: PLR2004
        detail = f"{network} is an IPv4 address in IPv6 writing"
        return Fault(pointer, "source_is_mapped", detail, "write the IPv4 network itself")
    if address.is_multicast or address.is_unspecified:
        detail = f"nobody sends from {network}"
        return Fault(pointer, "source_impossible", detail, "name your provider's signalling addresses")
    return str(network)


def _unreadable(pointer: str) -> Fault:
    return Fault(
        pointer,
        "source_unreadable",
        "this is neither an IP address nor a network of them",
        "write an address as 203.0.113.7 or 2001:db8::7, a network as 203.0.113.0/30 or 2001:db8::/64",
    )
