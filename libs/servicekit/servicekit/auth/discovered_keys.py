"""The issuer's keys, where the issuer itself says that they are (OpenID Connect Discovery 1.0).

The issuer's document is asked before each fetch of the keys, so that keys that moved are found; it counts
when it names the issuer that was asked, and keys at https, or at loopback.
"""

import re
from pathlib import Path

import httpx
import orjson

from servicekit.auth.keys_at_url import UrlKeys, fetched
from servicekit.clock import Clock
from servicekit.settings import ISSUER_ADDRESS

DOCUMENT = "/.well-known/openid-configuration"


class DiscoveredKeys(UrlKeys):
    def __init__(self, issuer: str, kept: Path, clock: Clock, ca_file: Path | None = None) -> None:
        """issuer: its address, exactly as in the claim iss of its tokens."""
        super().__init__(issuer.rstrip("/") + DOCUMENT, kept, clock, ca_file)
        self._issuer = issuer

    async def where(self, client: httpx.AsyncClient) -> str:
        found = orjson.loads(await fetched(client, await super().where(client)))
        if not isinstance(found, dict) or found.get("issuer") != self._issuer:
            raise ValueError(f"does not name the issuer {self._issuer}")
        address = found.get("jwks_uri")
        if not isinstance(address, str) or not re.fullmatch(ISSUER_ADDRESS, address):
            raise ValueError("names no jwks_uri at https")
        return address
