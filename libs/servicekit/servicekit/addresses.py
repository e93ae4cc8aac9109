"""Which addresses and networks a tenant may name: public unicast ones that are not our own.

Pure: nothing is resolved here. A host name that passes may still point anywhere, so whoever sends looks again
at what the resolver answered. Sources: the special-purpose registries of RFC 6890 and the RFCs that extended
them, RFC 6761 and RFC 6762 for names, the clouds' documentation for their metadata addresses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HINT = "name a public address of your provider or agent"
_LOCAL = (
    ("a loopback address", "127.0.0.0/8 ::1/128"),
    ("a private address", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7"),
    ("an address behind a carrier's NAT", "100.64.0.0/10"),
    ("an address for documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"),
    ("an address for benchmarks", "198.18.0.0/15 2001:2::/48"),
)
_NEVER = (
    ("a cloud's metadata service", "169.254.169.254/32 168.63.129.16/32 fd00:ec2::254/128 fd20:ce::254/128"),
    ("the unspecified address or its network", "0.0.0.0/8 ::/128"),
    ("a link-local address", "169.254.0.0/16 fe80::/10"),
    ("a protocol's own address", "192.0.0.0/24 2001::/23"),
    ("a 6to4 address, which holds another address", "192.88.99.0/24 2002::/16"),
    ("a Teredo address, which holds another address", "2001::/32"),
    ("a NAT64 address, which holds another address", "64:ff9b::/96 64:ff9b:1::/48"),
    ("an IPv4 address in IPv6 writing", "::ffff:0:0/96 ::ffff:0:0:0/96 ::/96"),
    ("a multicast address", "224.0.0.0/4 ff00::/8"),
    ("the broadcast address", "255.255.255.255/32"),
    ("a reserved address", "240.0.0.0/4 ::/3 4000::/2 8000::/1"),
)
# RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's .internal, and what clusters and offices use inside
_INNER_NAMES = re.compile(
    r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|invalid|home\.arpa|in-addr\.arpa|ip6\.arpa|home"
    r"|corp|lan|private|alt|onion|svc|cluster)"
)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """code: stable; detail: what is wrong with it; hint: how to repair it."""

    code: str
    detail: str
    hint: str = _HINT


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """allow: networks that may be named although they are local; own: networks and domains of the platform.

    What is both allowed and forbidden or own: the longer prefix decides, and of two equal ones the allowance.
    """

    allow: tuple[Network, ...] = ()
    own: tuple[Network, ...] = ()
    own_domains: tuple[str, ...] = ()

    @classmethod
    def of(cls, allow: Iterable[str] = (), own: Iterable[str] = ()) -> "AddressPolicy":
        """own: addresses, networks and domains. Raises ValueError in words."""
        networks, domains = [], []
        for text in own:
            network = _network_of(text)
            if network is not None:
                networks.append(network)
            elif _is_name(text.lower()):
                domains.append(text.lower().rstrip("."))
            else:
                raise ValueError(f"{text!r} is no address, network or domain")
        return cls(tuple(map(allowance, allow)), tuple(networks), tuple(domains))

    def refused_host(self, host: str) -> Refusal | None:
        """None when the host may be named. host: an address or a host name, in whatever writing."""
        text = host.strip().lower()
        if not text.isascii() or "%" in text or not text:
            return _unusual("this is no plain host name or address")
        if text.startswith("[") and text.endswith("]"):
            text = text[1:-1]
        text = text.rstrip(".")
        try:
            return self.refused_address(ip_address(text))
        except ValueError:
            meant = _other_ipv4(text)
        if meant is not None:
            return _unusual(
                f"this is another writing of {meant}" if isinstance(meant, IPv4Address) else meant
            )
        return self._refused_name(text)

    def refused_address(self, address: Address) -> Refusal | None:
        return self._judged(ip_network(address), str(address))

    def refused_network(self, network: Network) -> Refusal | None:
        """Whether any address of the network is one that may not be named."""
        return self._judged(network, str(network))

    def _judged(self, network: Network, said: str) -> Refusal | None:
        for own in self.own:
            common = _common(network, own)
            if common is not None and not self._allowed(common, own.prefixlen):
                return Refusal("address_own", f"{said} is, or holds, an address of this platform")
        for forbidden, words in _forbidden():
            common = _common(network, forbidden)
            if common is not None and not self._allowed(common, forbidden.prefixlen):
                is_or_holds = "is" if common == network else "holds"
                return Refusal("address_not_public", f"{said} {is_or_holds} {words}")
        return None

    def _allowed(self, network: Network, at_least: int) -> bool:
        """at_least: the prefix length of what speaks against it."""
        return any(a.prefixlen >= at_least and _common(network, a) == network for a in self.allow)

    def _refused_name(self, name: str) -> Refusal | None:
        if not _is_name(name):
            return _unusual("this is no plain host name or address")
        if any(name == own or name.endswith(f".{own}") for own in self.own_domains):
            return Refusal("address_own", f"{name} is a name of this platform")
        if "." not in name or _INNER_NAMES.fullmatch(name):
            return Refusal(
                "host_not_public", f"{name} is a name of an inner network", "use a public host name"
            )
        return None


def allowance(text: str) -> Network:
    """A network that may be allowed: within those that are local. Raises ValueError in words."""
    network = _network_of(text)
    if network is None:
        raise ValueError(f"{text!r} is no network, such as 10.20.0.0/16")
    around = [words for forbidden, words in _forbidden() if _common(network, forbidden) == network]
    if not around or around[0] not in (words for words, _ in _LOCAL):
        raise ValueError(f"{text} is not within a loopback, private or documentation network")
    return network


@lru_cache(maxsize=1)
def _forbidden() -> tuple[tuple[Network, str], ...]:
    """Each network and what it is in words, the narrowest first."""
    tables = [(ip_network(text), words) for words, networks in _NEVER + _LOCAL for text in networks.split()]
    return tuple(sorted(tables, key=lambda one: -one[0].prefixlen))


def _common(one: Network, other: Network) -> Network | None:
    """The addresses that are in both: two networks are apart, or one holds the other."""
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        narrow, wide = sorted((one, other), key=lambda n: -n.prefixlen)
        return narrow if narrow.subnet_of(wide) else None
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        narrow6, wide6 = sorted((one, other), key=lambda n: -n.prefixlen)
        return narrow6 if narrow6.subnet_of(wide6) else None
    return None


def _network_of(text: str) -> Network | None:
    try:
        return None if "%" in text else ip_network(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def _other_ipv4(text: str) -> IPv4Address | str | None:
    """The IPv4 address that resolvers read in this: decimal, octal, hexadecimal, or fewer than four parts.

    The reading of inet_aton(3) and of the WHATWG URL standard. Words for what ends in a number and is no
    address; None for what ends in a name.
    """
    parts = text.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    try:
        *heads, last = [_number(part) for part in parts]
        whole = last + sum(head << (24 - 8 * place) for place, head in enumerate(heads))
        fits = all(head < 256 for head in heads) and last < 256 ** (4 - len(heads))  # noqa: PLR2004
        if fits and len(parts) <= 4:  # noqa: PLR2004
            return IPv4Address(whole)
    except ValueError:
        pass
    return "this ends in a number and is no address"


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if text.startswith("0") and text != "0" else int(text)


def _is_name(text: str) -> bool:
    label = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
    return len(text) <= 253 and re.fullmatch(rf"{label}(?:\.{label})*\.?", text) is not None  # noqa: PLR2004


def _unusual(detail: str) -> Refusal:
    return Refusal("address_unusual", detail, "write sip.example.com, 203.0.113.7 or 2001:db8::7")
