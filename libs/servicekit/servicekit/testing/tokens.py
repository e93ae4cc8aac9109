"""Real tokens for tests: the same issuer and verifier as in development."""

from pathlib import Path

import orjson

from servicekit.auth import TokenVerifier
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.clock import Clock


def tokens(folder: Path) -> DevIssuer:
    return DevIssuer.create(folder)


def verifier_of(issuer: DevIssuer, clock: Clock | None = None) -> TokenVerifier:
    return TokenVerifier(orjson.loads(issuer.jwks_file.read_bytes()), issuer.issuer, issuer.audience, clock)
