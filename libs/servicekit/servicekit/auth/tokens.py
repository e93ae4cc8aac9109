"""Bearer tokens: JWTs (RFC 7519) signed with Ed25519, checked against public keys from a JWKS file.

Rule: the algorithm comes from our list and never from the token; a claim that is missing or of the wrong type
refuses the token; a refusal never says more than which claim is wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from servicekit.auth.principal import Principal, Role
from servicekit.clock import Clock, SystemClock
from servicekit.errors import Unauthenticated
from servicekit.settings import AuthSettings, WrongSetting

ALGORITHMS = ("Ed25519", "EdDSA")
LEEWAY_SECONDS = 60
MAX_TOKEN = 4096
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUBJECT = re.compile(r"[\w.@:+|/-]{1,128}")


class TokenVerifier:
    def __init__(
        self, jwks: Mapping[str, Any], issuer: str, audience: str, clock: Clock | None = None
    ) -> None:
        self._keys = KeySet.import_key_set({"keys": list(jwks["keys"])})
        self._issuer = issuer
        self._audience = audience
        self._clock = clock or SystemClock()

    @classmethod
    def from_settings(cls, settings: AuthSettings) -> Self:
        name = "KEEPLINE_AUTH__JWKS_FILE"
        try:
            jwks = orjson.loads(Path(settings.jwks_file).read_bytes())
            return cls(jwks, settings.issuer, settings.audience)
        except OSError as error:
            raise WrongSetting(name, f"cannot read {settings.jwks_file}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, JoseError) as error:
            raise WrongSetting(
                name, f"{settings.jwks_file} is not a JWKS with Ed25519 public keys"
            ) from error

    def verify(self, token: str) -> Principal:
        if len(token) > MAX_TOKEN:
            raise _refused("the token is too long")
        try:
            signed = jws.deserialize_compact(token, self._keys, algorithms=list(ALGORITHMS))
            claims = orjson.loads(signed.payload)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused("the token is not one of ours") from error
        if not isinstance(claims, dict):
            raise _refused("the token holds no claims")
        self._check_times(claims)
        return replace(self._principal(claims), token=token)

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._clock.now().timestamp()
        for name in ("exp", "iat", "nbf"):
            value = claims.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _refused(f"the claim {name} is missing or not a number")
        if claims["exp"] + LEEWAY_SECONDS <= now:
            raise Unauthenticated("token_expired", "the token has expired", hint="ask for a new one")
        if max(claims["iat"], claims["nbf"]) - LEEWAY_SECONDS > now:
            raise _refused("the token is not valid yet")

    def _principal(self, claims: dict[str, Any]) -> Principal:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer:
            raise _refused("the token is from another issuer")
        if self._audience not in audiences:
            raise _refused("the token is for another audience")
        tenant, subject, role = claims.get("tenant_id"), claims.get("sub"), claims.get("role")
        if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
            raise _refused("the claim tenant_id is missing or malformed")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise _refused("the claim sub is missing or malformed")
        if role not in list(Role):
            raise _refused("the claim role is missing or unknown")
        return Principal(tenant, subject, Role(role))


def bearer(authorization: str) -> str:
    """The token of an `Authorization` header or metadata value."""
    if authorization == "":
        raise Unauthenticated(
            "token_missing", "the request carries no token", hint="send Authorization: Bearer ..."
        )
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "token_malformed",
            "the Authorization header is not a bearer token",
            hint="send Authorization: Bearer ...",
        )
    return token.strip()


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated("token_invalid", detail, hint="ask the issuer for a new token")
