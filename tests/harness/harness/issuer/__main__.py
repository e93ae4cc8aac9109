"""Serves the development issuer at its own address, on loopback only."""

import argparse
from pathlib import Path

import uvicorn

from harness.issuer.app import create_app
from harness.issuer.grants import Provider
from servicekit.auth.dev_issuer import DEFAULT_AUDIENCE, DevIssuer
from servicekit.settings import host_port


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m harness.issuer", description="An OpenID provider for development"
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the key is")
    parser.add_argument("--listen", default="127.0.0.1:8400", help="host:port on loopback")
    parser.add_argument("--audience", default=DEFAULT_AUDIENCE, help="of access tokens")
    parser.add_argument("--client", action="append", help="a public client; left out: keepline-web")
    parser.add_argument("--tenant", default="t_demo", help="that the page proposes")
    parser.add_argument("--token-seconds", type=float, default=600, help="how long an access token is good")
    asked = parser.parse_args()
    host, port = host_port(asked.listen)
    if host not in ("127.0.0.1", "::1"):
        parser.error("it asks nobody for a password, so it listens on 127.0.0.1 or ::1 only")
    try:
        issuer = DevIssuer.open(asked.folder, f"http://{asked.listen}", asked.audience)
    except (OSError, ValueError):
        parser.error(
            f"{asked.folder} holds no key; `python -m servicekit.auth.dev_issuer ... keys` makes one"
        )
    provider = Provider(issuer, asked.client or ["keepline-web"], asked.token_seconds)
    uvicorn.run(create_app(provider, asked.tenant), host=host, port=port, log_level="warning")


if __name__ == "__main__":
    main()
