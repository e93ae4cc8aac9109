"""The page: a form, a list of calls, and one script that carries a nonce. It loads nothing from elsewhere."""

from html import escape
from pathlib import Path

from harness.phones import PROVIDER, STRANGER

_HERE = Path(__file__).parent


def policy(nonce: str) -> str:
    return (
        f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


def shown(nonce: str, number: str, domain: str, agent: str) -> str:
    """number and domain: that the form begins with; agent: the address of the demo's voice agent."""
    fields = (
        ("number", "Number, as your provider would send it", number, ""),
        ("domain", "SIP domain of the trunk", domain, ""),
        ("address", f"From address (any of 127.0.0.0/8; {STRANGER} is a stranger)", PROVIDER, ""),
        ("caller", "Caller's number", "+442071838750", ""),
        ("talk_seconds", "Seconds of talk", "5", 'type="number" min="1" max="60"'),
    )
    inputs = "".join(
        f'<div><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" {more} required></div>'
        for name, label, value, more in fields
    )
    style, script = (_HERE / "page.css").read_text(), (_HERE / "page.js").read_text()
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Demo provider</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="{nonce}">{style}</style></head>
<body><main><h1>Demo provider</h1>
<p>This page belongs to the demo, not to Keepline. It is the telephone company: it sends real calls to the
edge from an address on this machine. While a call lasts, an agent answers at
<code>{escape(agent)}</code>.</p>
<form>{inputs}<button>Call</button></form><p role="alert"></p>
<ol aria-live="polite"></ol></main><script nonce="{nonce}">{script}</script></body></html>"""
