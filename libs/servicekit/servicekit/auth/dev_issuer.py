"""A token issuer for development and tests: one Ed25519 key in a folder, its public half as jwks.json.

The private key is made in its folder and stays there (0600); in production an OIDC provider signs.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from servicekit.auth.principal import Role

DEFAULT_ISSUER = "https://keepline.dev"
DEFAULT_AUDIENCE = "keepline"
ALGORITHM = "Ed25519"
_PRIVATE, _NAME = "dev-signing-key.json", "issuer"


@dataclass(frozen=True, slots=True)
class DevIssuer:
    key: OKPKey
    folder: Path
    issuer: str = DEFAULT_ISSUER
    audience: str = DEFAULT_AUDIENCE

    @classmethod
    def create(cls, folder: Path, issuer: str = "", audience: str = DEFAULT_AUDIENCE) -> Self:
        """The issuer of this folder; its key is made the first time. A name that is given is kept there."""
        folder.mkdir(parents=True, exist_ok=True)
        private = folder / _PRIVATE
        if not private.exists():
            _write_key(private)
        key = OKPKey.import_key(orjson.loads(private.read_bytes()))
        public = {**key.as_dict(private=False), "use": "sig"}
        _replace(folder / "jwks.json", orjson.dumps({"keys": [public]}), 0o644)
        if issuer:
            _replace(folder / _NAME, issuer.encode(), 0o644)
        return cls(key, folder, issuer or _named(folder), audience)

    @classmethod
    def open(cls, folder: Path, issuer: str = "", audience: str = DEFAULT_AUDIENCE) -> Self:
        """The issuer of a folder that has a key. Raises OSError or ValueError where there is none."""
        key = OKPKey.import_key(orjson.loads((folder / _PRIVATE).read_bytes()))
        return cls(key, folder, issuer or _named(folder), audience)

    @property
    def jwks_file(self) -> Path:
        return self.folder / "jwks.json"

    def token(self, tenant_id: str, role: str = "owner", subject: str = "dev", ttl: float = 3600) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "tenant_id": tenant_id,
            "role": str(Role(role)),
            "iat": now,
            "nbf": now,
            "exp": int(now + ttl),
        }
        header = {"alg": ALGORITHM, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])


def _named(folder: Path) -> str:
    kept = folder / _NAME
    return kept.read_text() if kept.exists() else DEFAULT_ISSUER


def _write_key(path: Path) -> None:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    _replace(path, orjson.dumps(key.as_dict(private=True)), 0o600)


def _replace(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    temporary.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m servicekit.auth.dev_issuer", description="Tokens for development"
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the key is; `keys` makes it there")
    parser.add_argument("--issuer", default="", help="left out: the folder's own")
    parser.add_argument("--audience", default=DEFAULT_AUDIENCE)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("keys", help="make the key and jwks.json, print the path of jwks.json")
    token = commands.add_parser("token", help="print a token")
    token.add_argument("--tenant", required=True)
    token.add_argument("--role", default="owner", choices=[str(role) for role in Role])
    token.add_argument("--subject", default="dev")
    token.add_argument("--ttl", type=float, default=3600, help="seconds")
    asked = parser.parse_args()
    if asked.command == "keys":
        sys.stdout.write(f"{DevIssuer.create(asked.folder, asked.issuer, asked.audience).jwks_file}\n")
        return
    try:
        issuer = DevIssuer.open(asked.folder, asked.issuer, asked.audience)
    except (OSError, ValueError, JoseError):
        parser.error(
            f"{asked.folder} holds no issuer's key; the demo's is in .run/demo-*/keys, `keys` makes one"
        )
    sys.stdout.write(issuer.token(asked.tenant, asked.role, asked.subject, asked.ttl) + "\n")


if __name__ == "__main__":
    main()
