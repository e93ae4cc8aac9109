"""Which edges probe an endpoint: rendezvous hashing, so that an edge that comes or goes moves only its share.

Every edge computes the same answer from the same list of edges (Thaler and Ravishankar, "Using name-based
mappings to increase hit rates", 1998).
"""

import hashlib
from collections.abc import Collection

PROBERS = 2


def probers(endpoint: str, edges: Collection[str], count: int = PROBERS) -> list[str]:
    """The edges that probe the endpoint of this name, at most `count`, the first choice first."""
    return sorted(edges, key=lambda edge: (_weight(endpoint, edge), edge), reverse=True)[:count]


def _weight(endpoint: str, edge: str) -> bytes:
    return hashlib.blake2b(f"{edge}\0{endpoint}".encode(), digest_size=8).digest()
