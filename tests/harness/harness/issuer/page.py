"""The page on which somebody chooses who to be. It has no script, and loads nothing."""

from collections.abc import Mapping
from html import escape

from servicekit.auth import Role

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
_ROLES = (Role.OWNER, Role.ADMIN, Role.VIEWER, Role.OPERATOR)
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 10vh auto; padding: 0 1rem }
label { display: block; margin: 1rem 0 .25rem }
input, select, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem }
button { margin-top: 1.5rem }
"""


def choice(sent: Mapping[str, str], form_token: str, tenant: str, wrong: str = "") -> str:
    """sent: the application's request, which goes along with the choice."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in sent.items()
    )
    roles = "".join(f"<option>{role}</option>" for role in _ROLES)
    told = f'<p role="alert">{escape(wrong)}</p>' if wrong else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Keepline: sign in (development)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><main><h1>Sign in</h1>
<p>This is the development issuer. Nobody is asked for a password: choose who to be for
<strong>{escape(sent.get("client_id", ""))}</strong>.</p>{told}
<form method="post" action="authorize">{kept}<input type="hidden" name="form_token" value="{form_token}">
<label for="tenant">Tenant</label>
<input id="tenant" name="tenant" value="{escape(tenant)}" pattern="[A-Za-z0-9_\\-]{{1,64}}" required>
<label for="role">Role</label><select id="role" name="role">{roles}</select>
<label for="subject">Name</label>
<input id="subject" name="subject" value="dev" pattern="[\\w.@:+\\/\\-]{{1,128}}" required>
<button>Sign in</button></form></main></body></html>"""


def told(title: str, detail: str) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(detail)}</p></main></body></html>"""
