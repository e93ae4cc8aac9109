"""What the provider remembers, in memory: people who chose, codes, refresh tokens. A restart forgets it."""

import secrets
import time
from dataclasses import dataclass, field
from typing import TypeVar

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oidc.core import AuthorizationCodeMixin

from harness.issuer.redirects import is_allowed

T = TypeVar("T")

CODE_SECONDS = 60.0
REFRESH_SECONDS = 24 * 3600.0
MOST = 10_000
SCOPES = ("openid", "profile", "offline_access")


@dataclass(frozen=True, slots=True)
class Person:
    subject: str
    tenant_id: str
    role: str
    auth_time: int = field(default_factory=lambda: int(time.time()))


@dataclass(frozen=True)
class WebClient(ClientMixin):  # type: ignore[misc]
    """A public client: it has no secret, and proves itself by PKCE (RFC 7636)."""

    client_id: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(one for one in (scope or "").split() if one in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return is_allowed(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    person: Person
    until: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.person.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class RefreshToken(TokenMixin):  # type: ignore[misc]
    token: str
    client_id: str
    scope: str
    person: Person
    family: str
    """Of all that came out of one sign-in."""
    until: float
    used: bool = False

    def check_client(self, client: WebClient) -> bool:
        return client.client_id == self.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int(self.until - time.time())

    def is_expired(self) -> bool:
        return time.time() >= self.until

    def is_revoked(self) -> bool:
        return self.used


@dataclass
class Kept:
    sessions: dict[str, Person] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, RefreshToken] = field(default_factory=dict)
    clients: dict[str, WebClient] = field(default_factory=dict)

    def sign_in(self, person: Person) -> str:
        session = secrets.token_urlsafe(32)
        _bounded(self.sessions)[session] = person
        return session

    def take_code(self, code: str, client_id: str) -> Code | None:
        """A code is good once."""
        found = self.codes.pop(code, None)
        good = found is not None and found.client_id == client_id and time.time() < found.until
        return found if good else None

    def add_code(self, code: Code) -> None:
        _bounded(self.codes)[code.code] = code

    def add_refresh(self, client_id: str, scope: str, person: Person, family: str = "") -> str:
        token = secrets.token_urlsafe(32)
        until = time.time() + REFRESH_SECONDS
        family = family or secrets.token_urlsafe(16)
        _bounded(self.refreshes)[token] = RefreshToken(token, client_id, scope, person, family, until)
        return token

    def find_refresh(self, token: str) -> RefreshToken | None:
        """One that was used already ends its whole family: somebody else may have it (RFC 9700, 4.14)."""
        found = self.refreshes.get(token)
        if found is None or found.is_expired():
            return None
        if found.used:
            for one in [one for one in self.refreshes.values() if one.family == found.family]:
                del self.refreshes[one.token]
            return None
        return found


def _bounded(kept: dict[str, T]) -> dict[str, T]:
    if len(kept) >= MOST:
        del kept[next(iter(kept))]
    return kept
