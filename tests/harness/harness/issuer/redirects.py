"""Where the provider sends a browser back to: loopback, at any port (RFC 8252, 7.3)."""

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
ORIGINS = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?"


def is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not parts.fragment and parts.username is None and address.isprintable() and "\\" not in address
    return parts.scheme in ("http", "https") and host in _LOOPBACK and plain
