"""Authlib's authorization server with our memory under it: code with PKCE, refresh with rotation, OpenID."""

import time
from typing import Any

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749 import grants as oauth_grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from starlette.responses import JSONResponse, RedirectResponse, Response

from harness.issuer.kept import CODE_SECONDS, SCOPES, Code, Kept, Person, RefreshToken, WebClient
from servicekit.auth.dev_issuer import ALGORITHM, DevIssuer


class _Request(OAuth2Request):  # type: ignore[misc]
    def __init__(self, method: str, uri: str, sent: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(sent)
        self._sent = sent

    @property
    def args(self) -> dict[str, str]:
        return self._sent if self.method == "GET" else {}

    @property
    def form(self) -> dict[str, str]:
        return self._sent if self.method == "POST" else {}


class Provider(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, issuer: DevIssuer, clients: list[str], token_seconds: float) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.issuer = issuer
        self.kept = Kept(clients={one: WebClient(one) for one in clients})
        self._token_seconds = token_seconds
        self.register_token_generator("default", self._tokens)
        self.register_grant(_CodeGrant, [_S256(required=True), _OpenId(issuer, token_seconds)])
        self.register_grant(_RefreshGrant)

    def query_client(self, client_id: str) -> WebClient | None:
        return self.kept.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        return  # a refresh token was kept when it was made, and an access token is its own proof

    def send_signal(self, name: str, *_args: Any, **_kwargs: Any) -> None:
        return

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """request: one of these already, or method, address, what was sent, headers."""
        return request if isinstance(request, OAuth2Request) else _Request(*request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        named = dict(headers)
        if "Location" in named:
            return RedirectResponse(named["Location"], 303)
        return JSONResponse(body, status, headers={"cache-control": "no-store"})

    def _tokens(
        self,
        grant_type: str,
        client: WebClient,
        user: Person,
        scope: str,
        *,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        access = self.issuer.token(user.tenant_id, user.role, user.subject, self._token_seconds)
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": access,
            "expires_in": int(self._token_seconds),
            "scope": scope or "",
        }
        if include_refresh_token and grant_type == "authorization_code":
            token["refresh_token"] = self.kept.add_refresh(client.client_id, scope or "", user)
        return token


class _CodeGrant(oauth_grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        sent = request.payload.data
        self.server.kept.add_code(
            Code(
                code,
                request.client.client_id,
                request.payload.redirect_uri or "",
                request.client.get_allowed_scope(request.payload.scope),
                sent.get("nonce"),
                sent.get("code_challenge", ""),
                sent.get("code_challenge_method", ""),
                request.user,
                time.time() + CODE_SECONDS,
            )
        )

    def query_authorization_code(self, code: str, client: WebClient) -> Code | None:
        taken: Code | None = self.server.kept.take_code(code, client.client_id)
        return taken

    def delete_authorization_code(self, authorization_code: Code) -> None:
        return  # taken when it was looked for

    def authenticate_user(self, authorization_code: Code) -> Person:
        return authorization_code.person


class _RefreshGrant(oauth_grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        found: RefreshToken | None = self.server.kept.find_refresh(refresh_token)
        return found

    def authenticate_user(self, refresh_token: RefreshToken) -> Person:
        return refresh_token.person

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        refresh_token.used = True

    def issue_token(self, user: Person, refresh_token: RefreshToken) -> dict[str, Any]:
        """With the next refresh token of the family."""
        token: dict[str, Any] = super().issue_token(user, refresh_token)
        kept: Kept = self.server.kept
        token["refresh_token"] = kept.add_refresh(
            refresh_token.client_id, refresh_token.scope, user, refresh_token.family
        )
        return token


class _S256(CodeChallenge):  # type: ignore[misc]
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Authlib asks for PKCE only when the code is exchanged."""
        sent = grant.request.payload.data
        if not sent.get("code_challenge") or not sent.get("code_challenge_method"):
            raise InvalidRequestError("PKCE with S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class _OpenId(OpenIDCode):  # type: ignore[misc]
    def __init__(self, issuer: DevIssuer, token_seconds: float) -> None:
        super().__init__(require_nonce=False)
        self._issuer = issuer
        self._token_seconds = token_seconds

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return False  # a code is good once, and its token has the nonce that was sent for it

    def resolve_client_private_key(self, client: WebClient) -> Any:
        return self._issuer.key

    def get_client_algorithm(self, client: WebClient) -> str:
        return ALGORITHM

    def get_client_claims(self, client: WebClient) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self._issuer.issuer,
            "aud": client.client_id,
            "iat": now,
            "exp": now + int(self._token_seconds),
        }

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        return UserInfo(sub=user.subject, name=user.subject, tenant_id=user.tenant_id, role=user.role)
