"""The web application: its files as they were built, its page with what this installation's settings say.

The page names the issuer where people sign in. nginx puts a nonce of each answer into it, and the same nonce
into the policy that goes along (Content-Security-Policy, CSP 3), so that only its own style tags count.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from door.settings import WebSettings
from servicekit.settings import WrongSetting

PAGE = "app.html"
NONCE = "KEEPLINE_NONCE"
"""As web/vite.config.ts has it."""


def write_page(folder: Path, web: WebSettings) -> None:
    """Anew at each start. Raises WrongSetting for a folder that holds no such application."""
    target = folder / PAGE
    target.unlink(missing_ok=True)
    if web.folder is None:
        return
    try:
        page = (web.folder / "index.html").read_text()
    except OSError as error:
        raise WrongSetting("KEEPLINE_WEB__FOLDER", f"holds no built application: {error.strerror}") from error
    for place, value in _told(web):
        if place not in page:
            raise WrongSetting("KEEPLINE_WEB__FOLDER", f"its index.html has no place for {place}")
        page = page.replace(place, escape(value))
    target.write_text(page)


def _told(web: WebSettings) -> Iterator[tuple[str, str]]:
    """What web/index.html has a place for."""
    yield "KEEPLINE_ISSUER", web.issuer or ""
    yield "KEEPLINE_CLIENT_ID", web.client_id
    yield "KEEPLINE_SCOPE", web.scope
    yield "KEEPLINE_TENANT_CLAIM", web.tenant_claim
    yield "KEEPLINE_ROLE_CLAIM", web.role_claim


def policy(web: WebSettings) -> str:
    """$request_id is nginx's own random number of the request, never a client's."""
    reached = ["'self'", web.issuer_origin, *web.origins]
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'nonce-$request_id'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": " ".join(reached),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def home(web: WebSettings) -> str:
    """At / : the application for browsers, the documentation for programs."""
    return "\n".join([*_to_page(web), "            return 302 /docs;"])


def other_paths(web: WebSettings) -> str:
    """The application says itself that it has no such screen; programs get a 404."""
    return "\n".join([*_to_page(web), "            return 404;"])


def _to_page(web: WebSettings) -> list[str]:
    if web.folder is None:
        return []
    return ["            if ($door_page) {", f"                rewrite ^ /{PAGE} last;", "            }"]


def locations(web: WebSettings, data: Path) -> list[str]:
    """nginx does not add the server's headers where a location has some of its own."""
    if web.folder is None:
        return []
    every = [
        "add_header X-Content-Type-Options nosniff always;",
        "add_header X-Request-Id $door_request_id always;",
    ]
    return [
        f"location = /{PAGE} {{",
        "    internal;",
        f"    root {data};",
        f"    sub_filter {NONCE} $request_id;",
        "    sub_filter_once off;",
        "    add_header Cache-Control no-store always;",
        f'    add_header Content-Security-Policy "{policy(web)}" always;',
        "    add_header Cross-Origin-Opener-Policy same-origin always;",
        "    add_header Referrer-Policy no-referrer always;",
        *(f"    {line}" for line in every),
        "}",
        "location /assets/ {",
        f"    root {web.folder.absolute()};",
        "    gzip_static on;",
        '    add_header Cache-Control "public, max-age=31536000, immutable";',
        *(f"    {line}" for line in every),
        "}",
    ]
