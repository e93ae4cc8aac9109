"""Where the request that is being served came from, as far as this server can know."""

from collections.abc import Sequence
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
_current: ContextVar[tuple[str, str, Sequence[Network]]] = ContextVar("keepline_origin", default=("", "", ()))


def came_from(peer: str, forwarded: str, proxies: Sequence[Network]) -> None:
    """For the rest of this task. peer: an address, or gRPC's way of writing it ("ipv4:127.0.0.1:4711",
    "ipv6:%5B::1%5D:4711"); forwarded: X-Forwarded-For, which counts from `proxies` only."""
    _current.set((peer, forwarded, proxies))


def address() -> str:
    """ "" where it is not known. Each proxy adds whom it heard at the end: the last that is no proxy of ours
    is the client, and what stands before it is the client's own word."""
    peer, forwarded, proxies = _current.get()
    found = _address(_host(peer))
    for said in reversed(forwarded.split(",") if forwarded else ()):
        if found is None or not any(found in network for network in proxies):
            break
        before = _address(said)
        if before is None:
            break
        found = before
    return "" if found is None else str(found)


def _host(peer: str) -> str:
    kind, separator, rest = peer.partition(":")
    return rest.rpartition(":")[0] if separator and kind in ("ipv4", "ipv6") else peer


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.strip().replace("%5B", "").replace("%5D", "").strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
