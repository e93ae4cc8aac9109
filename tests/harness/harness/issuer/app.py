"""The provider's addresses: discovery, keys, authorize, token, userinfo, logout (OpenID Connect 1.0)."""

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from harness.issuer import page
from harness.issuer.grants import Provider
from harness.issuer.kept import SCOPES, Person
from harness.issuer.redirects import ORIGINS, is_allowed
from servicekit.auth import Role, TokenVerifier
from servicekit.auth.dev_issuer import ALGORITHM
from servicekit.auth.tokens import bearer
from servicekit.errors import Unauthenticated

_SESSION, _FORM = "keepline_dev_session", "keepline_dev_form"
_OURS = ("tenant", "role", "subject", "form_token")
_CHOICES = {"tenant": r"[A-Za-z0-9_-]{1,64}", "subject": r"[\w.@:+/-]{1,128}"}


def create_app(provider: Provider, tenant: str) -> Starlette:
    """tenant: that the page proposes."""
    served = _Served(provider, tenant)
    routes = [
        Route("/.well-known/openid-configuration", served.discovery),
        Route("/jwks", served.jwks),
        Route("/authorize", served.authorize),
        Route("/authorize", served.chosen, methods=["POST"]),
        Route("/token", served.token, methods=["POST"]),
        Route("/userinfo", served.userinfo, methods=["GET", "POST"]),
        Route("/logout", served.logout),
        Route("/healthz", served.healthz),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origin_regex=ORIGINS,
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type"],
    )
    return Starlette(routes=routes, middleware=[cors])


class _Served:
    def __init__(self, provider: Provider, tenant: str) -> None:
        self._provider = provider
        self._issuer = provider.issuer
        self._tenant = tenant
        keys = orjson.loads(self._issuer.jwks_file.read_bytes())
        self._verifier = TokenVerifier(keys, self._issuer.issuer, self._issuer.audience)

    async def discovery(self, _request: Request) -> JSONResponse:
        url = self._issuer.issuer
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "end_session_endpoint": f"{url}/logout",
                "jwks_uri": f"{url}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "scopes_supported": list(SCOPES),
                "claims_supported": ["iss", "aud", "sub", "exp", "iat", "tenant_id", "role", "name"],
                "token_endpoint_auth_methods_supported": ["none"],
                "code_challenge_methods_supported": ["S256"],
                "prompt_values_supported": ["none", "login"],
            }
        )

    async def jwks(self, _request: Request) -> Response:
        return Response(self._issuer.jwks_file.read_bytes(), media_type="application/json")

    async def healthz(self, _request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def authorize(self, request: Request) -> Response:
        """With somebody signed in it answers at once; prompt=none never shows the page."""
        sent, person = dict(request.query_params), self._signed_in(request)
        asked = self._provider.create_oauth2_request(("GET", self._issuer.issuer, sent, {}))
        try:
            grant = self._provider.get_consent_grant(asked, person)
        except OAuth2Error as error:
            return self._refused(asked, error)
        if person is None or "login" in sent.get("prompt", "").split():
            return self._page(sent)
        return self._answered(asked, grant, person)

    async def chosen(self, request: Request) -> Response:
        form = await _form(request)
        sent = {name: value for name, value in form.items() if name not in _OURS}
        shown = request.cookies.get(_FORM, "")
        if not shown or not hmac.compare_digest(shown, form.get("form_token", "")):
            return self._page(sent, "The page was open for too long. Choose again.")
        wrong = [name for name, rule in _CHOICES.items() if not re.fullmatch(rule, form.get(name, ""))]
        if wrong or form.get("role") not in list(Role):
            return self._page(sent, f"This cannot be used: {', '.join(wrong) or 'role'}.")
        person = Person(form["subject"], form["tenant"], form["role"])
        asked = self._provider.create_oauth2_request(("GET", self._issuer.issuer, sent, {}))
        try:
            grant = self._provider.get_consent_grant(asked, person)
        except OAuth2Error as error:
            return self._refused(asked, error)
        answer = self._answered(asked, grant, person)
        answer.set_cookie(_SESSION, self._provider.kept.sign_in(person), httponly=True, samesite="lax")
        return answer

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        asked = ("POST", self._issuer.issuer, form, dict(request.headers))
        answer: Response = self._provider.create_token_response(asked)
        return answer

    async def userinfo(self, request: Request) -> Response:
        try:
            who = self._verifier.verify(bearer(request.headers.get("authorization", "")))
        except Unauthenticated as error:
            headers = {"www-authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"error": "invalid_token", "error_description": error.detail}, 401, headers)
        found = {"sub": who.subject, "name": who.subject, "tenant_id": who.tenant_id, "role": who.role}
        return JSONResponse(found, headers={"cache-control": "no-store"})

    async def logout(self, request: Request) -> Response:
        self._provider.kept.sessions.pop(request.cookies.get(_SESSION, ""), None)
        back, state = (
            request.query_params.get("post_logout_redirect_uri", ""),
            request.query_params.get("state"),
        )
        answer: Response = HTMLResponse(page.told("Signed out", "You are signed out here."))
        if is_allowed(back):
            parameter = f"{'&' if '?' in back else '?'}state={state}" if state and state.isalnum() else ""
            answer = RedirectResponse(back + parameter, 303)
        answer.delete_cookie(_SESSION)
        return answer

    def _signed_in(self, request: Request) -> Person | None:
        return self._provider.kept.sessions.get(request.cookies.get(_SESSION, ""))

    def _answered(self, asked: object, grant: object, person: Person) -> Response:
        answer: Response = self._provider.create_authorization_response(asked, person, grant)
        return answer

    def _refused(self, asked: OAuth2Request, error: OAuth2Error) -> Response:
        """Told to the application where its address is allowed, otherwise to the person."""
        answer: Response = self._provider.handle_error_response(asked, error)
        # Authlib 1.9 tells a wrong response_type to whatever address was sent
        if isinstance(answer, RedirectResponse) and is_allowed(asked.payload.redirect_uri or ""):
            return answer
        text = page.told("The application asked for something wrong", f"{error.error}: {error.description}")
        return HTMLResponse(text, 400, {"content-security-policy": page.POLICY})

    def _page(self, sent: Mapping[str, str], wrong: str = "") -> Response:
        form_token = secrets.token_urlsafe(16)
        headers = {"content-security-policy": page.POLICY, "cache-control": "no-store"}
        shown = HTMLResponse(page.choice(sent, form_token, self._tenant, wrong), headers=headers)
        shown.set_cookie(_FORM, form_token, httponly=True, samesite="strict")
        return shown


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
