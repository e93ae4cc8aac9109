"""The version of a whole configuration: a hash of what it holds, whatever the order it came in.

    version = hex( sum over all resources of sha256(name, zero byte, version as 8 bytes)  modulo 2**256 )

A sum can be added to and taken from, so one changed resource among a million costs two hashes. It tells apart
what our own control plane sends; it is no signature. Who removes a resource removes exactly what was added.
"""

from collections.abc import Iterable
from hashlib import sha256

from sip_config.domain.resources import Resource

MODULUS = 1 << 256


class ContentHash:
    def __init__(self) -> None:
        self._sum = 0

    def add(self, resource: Resource) -> None:
        self._sum = (self._sum + _of(resource)) % MODULUS

    def remove(self, resource: Resource) -> None:
        self._sum = (self._sum - _of(resource)) % MODULUS

    def hex(self) -> str:
        return f"{self._sum:064x}"


def content_version(resources: Iterable[Resource]) -> str:
    whole = ContentHash()
    for resource in resources:
        whole.add(resource)
    return whole.hex()


def _of(resource: Resource) -> int:
    written = resource.name.encode() + b"\0" + resource.version.to_bytes(8, "big")
    return int.from_bytes(sha256(written).digest(), "big")
