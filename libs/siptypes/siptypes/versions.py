"""The version of a node's whole configuration, and how far the replica that made it had read.

    version = hex( sum over all resources of sha256(name, zero byte, version as 8 bytes)  modulo 2**256 )

64 digits, as switch_config.proto says, whatever the order of the resources. A sum can be added to and taken
from, so one changed resource among a million costs two hashes. It tells apart what our own control plane
sends; it is no signature.
"""

from collections.abc import Mapping
from hashlib import sha256

MODULUS = 1 << 256

Revision = Mapping[str, int]
"""The position in each log that a replica of sip-config reads. A log that is not named counts as 0."""


def part(name: str, version: int) -> int:
    """One resource's part of the sum."""
    return int.from_bytes(sha256(name.encode() + b"\0" + version.to_bytes(8, "big")).digest(), "big")


def written(total: int) -> str:
    return f"{total % MODULUS:064x}"


def short(version: str) -> str:
    """Enough of a version for a sentence."""
    return version[:12] or "nothing"


def behind(revision: Revision, other: Revision) -> bool:
    """Whether `other` had read further in any log. Each of two may be behind the other."""
    return any(revision.get(log, 0) < position for log, position in other.items())
