"""Where the request that is being served came from, as far as this server can know."""

from contextvars import ContextVar
from ipaddress import ip_address

_current: ContextVar[tuple[str, str]] = ContextVar("keepline_origin", default=("", ""))


def came_from(peer: str, forwarded: str = "") -> None:
    """For the rest of this task. peer: an address, or gRPC's way of writing it ("ipv4:127.0.0.1:4711",
    "ipv6:%5B::1%5D:4711"); forwarded: X-Forwarded-For, which counts from a proxy beside us."""
    _current.set((peer, forwarded))


def address() -> str:
    """ "" where it is not known."""
    peer, forwarded = _current.get()
    own = _address(peer)
    if forwarded and own and ip_address(own).is_loopback:
        return _address(forwarded.rpartition(",")[2].strip()) or own
    return own


def _address(text: str) -> str:
    kind, separator, rest = text.partition(":")
    if separator and kind in ("ipv4", "ipv6"):
        text = rest.rpartition(":")[0]
    try:
        return str(ip_address(text.replace("%5B", "").replace("%5D", "").strip("[]")))
    except ValueError:
        return ""
