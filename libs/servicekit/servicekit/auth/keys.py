"""The token issuer's public keys: read from a JWKS (RFC 7517), kept current from a file or an address.

Usable are Ed25519, P-256 and RSA of 2048 bits or more, for signatures. A set that holds a private or a secret
key is refused: whoever reads it could sign. Keys of other kinds are passed over, as the RFC asks.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

# signature algorithm (RFC 7518, RFC 8037, RFC 9864): the kind of key that it needs
ALGORITHMS = {
    "Ed25519": ("OKP", "Ed25519"),
    "EdDSA": ("OKP", "Ed25519"),
    "ES256": ("EC", "P-256"),
    "RS256": ("RSA", None),
}
MAX_KEYS = 64
_RSA_BITS = 2048
_SECRET = frozenset({"d", "k", "p", "q", "dp", "dq", "qi"})


class KeySource(Protocol):
    @property
    def keys(self) -> "PublicKeys": ...
    async def freshen(self) -> None:
        """Before a token is looked at: reads the keys again when they are old."""

    async def look_again(self) -> bool:
        """After an unknown key id: whether the keys were read again just now."""

    def problem(self) -> str:
        """What is wrong with the keys, in words; empty when nothing is."""


class PublicKeys:
    def __init__(self, keys: Mapping[tuple[str, str], Key]) -> None:
        """keys: by key id and kty."""
        self._keys = dict(keys)

    @classmethod
    def read(cls, jwks: object) -> "PublicKeys":
        """Raises ValueError in words when there is no usable key, or a private one."""
        listed = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(listed, list) or len(listed) > MAX_KEYS:
            raise ValueError("is not a JWKS")
        found: dict[tuple[str, str], Key] = {}
        for jwk in listed:
            key = _usable(jwk)
            if key is not None:
                found.setdefault((key.kid or key.thumbprint(), key.key_type), key)
        if not found:
            raise ValueError("is not a JWKS with public keys (Ed25519, P-256, or RSA of 2048 bits)")
        return cls(found)

    def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """The key for a token's header; without a key id the only one of its kind."""
        kind, _ = ALGORITHMS[algorithm]
        if key_id is not None:
            return self._keys.get((key_id, kind))
        of_kind = [key for (_, found), key in self._keys.items() if found == kind]
        return of_kind[0] if len(of_kind) == 1 else None


class FixedKeys:
    """Keys that never change, for tests."""

    def __init__(self, keys: PublicKeys) -> None:
        self.keys = keys

    async def freshen(self) -> None:
        return

    async def look_again(self) -> bool:
        return False

    def problem(self) -> str:
        return ""


def _usable(jwk: Any) -> Key | None:
    if not isinstance(jwk, dict):
        raise ValueError("is not a JWKS")
    if _SECRET & jwk.keys():
        raise ValueError("holds a private or secret key; only public keys belong there")
    if (jwk.get("kty"), jwk.get("crv")) not in ALGORITHMS.values() or jwk.get("use", "sig") != "sig":
        return None
    if jwk.get("alg", "RS256") not in ALGORITHMS:
        return None
    # an Ed25519 key serves both names of its algorithm
    members = {name: value for name, value in jwk.items() if name != "alg" or jwk["kty"] != "OKP"}
    try:
        key = JWKRegistry.import_key(members)
        public = key.public_key
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    weak = isinstance(public, RSAPublicKey) and public.key_size < _RSA_BITS
    return None if weak else key
