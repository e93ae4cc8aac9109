"""The version of a whole configuration, as switch_config.proto says:

    hex( sum over all resources of sha256(name, zero byte, version as 8 bytes)  modulo 2**256 ), 64 digits

A sum can be added to and taken from, so one changed resource among a million costs two hashes. It tells apart
what our own control plane sends; it is no signature.
"""

from hashlib import sha256

MODULUS = 1 << 256


def of(name: str, version: int) -> int:
    """One resource's part of the sum."""
    return int.from_bytes(sha256(name.encode() + b"\0" + version.to_bytes(8, "big")).digest(), "big")


def written(total: int) -> str:
    return f"{total % MODULUS:064x}"


def short(version: str) -> str:
    """Enough of a hash for a sentence."""
    return version[:12] or "nothing"
