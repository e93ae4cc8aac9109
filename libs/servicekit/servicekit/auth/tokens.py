"""Bearer tokens: JWTs (RFC 7519) of one issuer, signed with a key of its JWKS, and API keys.

The algorithm comes from our list and must be that of the key; a header's own key or address of keys is never
looked at (RFC 8725). A refusal says which claim is wrong and nothing more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import orjson
from joserfc import jws
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry

from servicekit.auth.api_keys.form import PREFIX as API_KEY_PREFIX
from servicekit.auth.key_sources import FileKeys
from servicekit.auth.keys import ALGORITHMS, FixedKeys, KeySource, PublicKeys
from servicekit.auth.principal import Principal, Role
from servicekit.auth.remembered import Remembered
from servicekit.clock import Clock, SystemClock
from servicekit.errors import Unauthenticated, Unavailable
from servicekit.settings import AuthSettings, WrongSetting

LEEWAY_SECONDS = 60
MAX_TOKEN = 4096
# RFC 9068 for access tokens; older issuers say JWT or nothing
_TYPES = ("jwt", "at+jwt", "application/jwt", "application/at+jwt")
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUBJECT = re.compile(r"[\w.@:+|/-]{1,128}")


class UnknownKey(Unauthenticated):
    """Signed with a key that is not in the set; the issuer may have a new one."""


class ApiKeys(Protocol):
    def authenticate(self, shown: str) -> Principal:
        """Raises Unauthenticated or Unavailable."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where the issuer says whose the token is, and what its bearer may do."""

    tenant: str = "tenant_id"
    role: str = "role"


class TokenVerifier:
    def __init__(
        self,
        keys: KeySource | Mapping[str, Any],
        issuer: str,
        audience: str,
        clock: Clock | None = None,
        *,
        api_keys: ApiKeys | None = None,
        claims: ClaimNames | None = None,
    ) -> None:
        """keys: their source, or a JWKS that never changes. Without `api_keys` none is taken."""
        self._api_keys = api_keys
        self._names = claims or ClaimNames()
        self._source = FixedKeys(PublicKeys.read(keys)) if isinstance(keys, Mapping) else keys
        self._clock = clock = clock or SystemClock()
        self._remembered = Remembered(clock)
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
        )

    @classmethod
    def from_settings(cls, settings: AuthSettings, api_keys: ApiKeys | None = None) -> Self:
        name, file, clock = "KEEPLINE_AUTH__JWKS_FILE", settings.jwks_file, SystemClock()
        claims = ClaimNames(settings.tenant_claim, settings.role_claim)
        try:
            keys = _source(settings, clock)
        except OSError as error:
            raise WrongSetting(name, f"cannot read {file}: {error.strerror}") from error
        except ValueError as error:
            raise WrongSetting(name, f"{file} {error}") from error
        return cls(keys, settings.issuer, settings.audience, clock, api_keys=api_keys, claims=claims)

    async def authenticate(self, token: str) -> Principal:
        """As verify, with keys that are fresh, and read again for an unknown key id; API keys too.

        Whom a token told within the last second it tells again without a look at the signature.
        """
        if token.startswith(API_KEY_PREFIX):
            return self._of_api_key(token)
        await self._source.freshen()
        known = self._remembered.find(token, self._source.keys)
        if known is not None:
            return known
        try:
            who = self.verify(token)
        except UnknownKey:
            if not await self._source.look_again():
                raise
            who = self.verify(token)
        self._remembered.keep(token, self._source.keys, who)
        return who

    def now(self) -> float:
        """Epoch seconds, by the clock that tokens are judged by."""
        return self._clock.now().timestamp()

    def holds(self, who: Principal, since: float) -> bool:
        """Whether what `who` showed at `since` (epoch seconds) is good still; for what stays open meanwhile.

        What was opened within the leeway after the token's end has the leeway.
        """
        if who.key_id:
            return self._is_held(who)
        if who.expires_at is None:
            return True
        late = LEEWAY_SECONDS if since >= who.expires_at else 0
        return self.now() < who.expires_at + late

    def _is_held(self, who: Principal) -> bool:
        try:
            self._of_api_key(who.token)
        except Unauthenticated:
            return False
        except Unavailable:  # nobody can say, and what was known holds
            return True
        return True

    def _of_api_key(self, shown: str) -> Principal:
        if self._api_keys is None:
            raise Unauthenticated("api_key_invalid", "API keys are not taken here", hint=_HINT)
        return replace(self._api_keys.authenticate(shown), token=shown)

    def problem(self) -> str:
        """What is wrong with the issuer's keys, in words; empty when nothing is."""
        return self._source.problem()

    def verify(self, token: str) -> Principal:
        if len(token) > MAX_TOKEN:
            raise _refused("the token is too long")
        try:
            claims = self._signed(token)
            self._claims.validate(claims)
        except Unauthenticated:
            raise
        except ExpiredTokenError as error:
            raise Unauthenticated(
                "token_expired", "the token has expired", hint="ask for a new one"
            ) from error
        except (InvalidClaimError, MissingClaimError) as error:
            raise _refused(f"the claim {error.claim} is missing, or not what it must be") from error
        # RecursionError: JSON nested to the depth of the interpreter's stack
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _refused("the token is not one of ours") from error
        return replace(_principal(claims, self._names), token=token)

    def _signed(self, token: str) -> dict[str, Any]:
        found = jws.extract_compact(token.encode())
        header = found.headers()
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise _refused("the token is signed by an algorithm that is not accepted")
        if str(header.get("typ", "JWT")).lower() not in _TYPES:
            raise _refused("this is a token of another type")
        if not jws.validate_compact(found, self._key(key_id, algorithm), algorithms=[algorithm]):
            raise BadSignatureError()
        claims = orjson.loads(found.payload)
        if not isinstance(claims, dict):
            raise _refused("the token holds no claims")
        return claims

    def _key(self, key_id: object, algorithm: str) -> Key:
        key = self._source.keys.find(key_id if key_id is None else str(key_id), algorithm)
        if key is None:
            raise UnknownKey("token_invalid", "the token's key is not known", hint=_HINT)
        return key


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


_HINT = "ask the issuer for a new token"


def _source(settings: AuthSettings, clock: Clock) -> KeySource:
    file, ca_file = settings.jwks_file, settings.jwks_ca_file
    if settings.discover:
        from servicekit.auth.discovered_keys import DiscoveredKeys  # noqa: PLC0415  see keys_at_url

        return DiscoveredKeys(settings.issuer, file, clock, ca_file)
    if settings.jwks_url is not None:
        from servicekit.auth.keys_at_url import UrlKeys  # noqa: PLC0415  see there

        return UrlKeys(settings.jwks_url, file, clock, ca_file)
    return FileKeys(file, clock)


def _principal(claims: dict[str, Any], names: ClaimNames) -> Principal:
    tenant, subject, role = claims.get(names.tenant), claims.get("sub"), claims.get(names.role)
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        raise _refused(f"the claim {names.tenant} is missing or malformed")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise _refused("the claim sub is missing or malformed")
    if role not in list(Role):
        raise _refused(f"the claim {names.role} is missing or unknown")
    return Principal(tenant, subject, Role(role), expires_at=float(claims["exp"]))


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated("token_invalid", detail, hint=_HINT)
