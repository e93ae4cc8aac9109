"""Why an address may not send: the trunk's networks, the nearest of them, and how far it would be widened."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from sip_config.domain.refused.explanation import Explanation, Fix, FixKind, Nearest, Rule
from sip_config.domain.trunk import Trunk
from siptypes.address_policy import AddressPolicy

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_WIDER = 4
"""Bits: a network is widened to sixteen times its size at the most."""
WIDEST = {4: 24, 6: 48}
"""As wide as one provider's neighbourhood may be guessed to be."""
_SHOWN = 3


def explain_source(source_address: str, trunk: Trunk, addresses: AddressPolicy) -> Explanation:
    allows, name = trunk.fields.source_cidrs, trunk.fields.name
    address = _read(source_address)
    if address is None:
        return Explanation(Rule.SOURCE, f"{_may(name, allows)}.", _ASK, allows)
    networks = [ip_network(text) for text in allows]
    if any(address in network for network in networks):
        detail = f"{name} may send from {address} now."
        return Explanation(Rule.SOURCE, detail, "Call again.", allows, holds_now=True)
    near = _nearest(address, networks)
    wider = None if near is None else _widened(near, address)
    fixes = [*_address_fix(address, addresses), *_network_fix(wider, networks, addresses)]
    if wider is not None:
        detail = f"{_may(name, allows)}; {address} is just outside of {near}."
    else:
        detail = f"{_may(name, allows)}, and {address} is not among them." if allows else f"{_may(name)}."
    hint = f"If {address} is your provider's, allow it." if fixes else _ASK
    nearest = None if near is None else Nearest(str(near), just_outside=wider is not None)
    return Explanation(Rule.SOURCE, detail, hint, allows, nearest=nearest, fixes=tuple(fixes))


_ASK = "Ask your provider which addresses it sends from, and name them in the trunk's source_cidrs."


def with_network(allows: Sequence[str], cidr: str) -> tuple[str, ...]:
    """The networks with this one, in the place of those that it holds."""
    added = ip_network(cidr)
    kept = [text for text in allows if not _holds(added, ip_network(text))]
    return (*kept, cidr)


def is_allowed(allows: Iterable[str], cidr: str) -> bool:
    """Whether the whole of it may send; False for what is no network."""
    try:
        wanted = ip_network(cidr)
    except ValueError:
        return False
    return any(_holds(ip_network(text), wanted) for text in allows)


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if isinstance(address, IPv6Address) and address.scope_id else address


def _address_fix(address: Address, addresses: AddressPolicy) -> list[Fix]:
    alone = ip_network(address)
    if addresses.refused_network(alone) is not None:
        return []
    return [Fix(FixKind.ALLOW_ADDRESS, str(alone))]


def _network_fix(wider: Network | None, networks: Sequence[Network], addresses: AddressPolicy) -> list[Fix]:
    if wider is None or addresses.refused_network(wider) is not None:
        return []
    replaces = tuple(str(network) for network in networks if _holds(wider, network))
    return [Fix(FixKind.ALLOW_NETWORK, str(wider), replaces)]


def _nearest(address: Address, networks: Sequence[Network]) -> Network | None:
    """Of the same kind, the one that has to grow the least to hold the address."""
    alike = [network for network in networks if network.version == address.version]
    return min(alike, key=lambda network: _bits_outside(network, address), default=None)


def _widened(network: Network, address: Address) -> Network | None:
    """The smallest network around both; None where that would be a guess."""
    bits = _bits_outside(network, address)
    if bits > MOST_WIDER or network.prefixlen - bits < WIDEST[network.version]:
        return None
    return network.supernet(prefixlen_diff=bits)


def _bits_outside(network: Network, address: Address) -> int:
    apart = int(network.network_address) ^ int(address)
    return max(0, apart.bit_length() - (network.max_prefixlen - network.prefixlen))


def _holds(wide: Network, narrow: Network) -> bool:
    if isinstance(wide, IPv4Network) and isinstance(narrow, IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(wide, IPv6Network) and isinstance(narrow, IPv6Network):
        return narrow.subnet_of(wide)
    return False


def _may(name: str, allows: Sequence[str] = ()) -> str:
    if not allows:
        return f"{name} names no address yet that it may send from"
    more = f" and {len(allows) - _SHOWN} more" if len(allows) > _SHOWN else ""
    return f"{name} may send from {', '.join(allows[:_SHOWN])}{more}"
