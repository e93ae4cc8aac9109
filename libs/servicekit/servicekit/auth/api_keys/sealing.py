"""Keyed hashes (HMAC-SHA-256, RFC 2104) of API keys, and of what the topic says about them.

A key has 256 bits of chance, so that nothing is won by a slow hash; that the hash is keyed keeps whoever may
write to the broker or the database from making a key, or from giving one another tenant or more scopes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

import orjson

from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.settings import WrongSetting

SETTING = "KEEPLINE_AUTH__API_KEY_SECRETS_FILE"
_MIN_LENGTH = 32
_KEY, _STATE = b"keepline api key\0", b"keepline api key state\0"


class KeySealing:
    def __init__(self, secrets: Sequence[bytes]) -> None:
        """The first makes hashes, all of them are accepted."""
        if not secrets or any(len(secret) < _MIN_LENGTH for secret in secrets):
            raise ValueError(f"holds no secret of {_MIN_LENGTH} characters or more, or a shorter one")
        self._secrets = tuple(secrets)

    @classmethod
    def read(cls, path: Path) -> "KeySealing":
        """A secret on each line. Raises WrongSetting."""
        try:
            return cls(path.read_bytes().split())
        except OSError as error:
            raise WrongSetting(SETTING, f"cannot read {path}: {error.strerror}") from error
        except ValueError as error:
            raise WrongSetting(SETTING, f"{path} {error}") from error

    def digest(self, key: str) -> bytes:
        return _hash(self._secrets[0], _KEY + key.encode())

    def is_of(self, key: str, digest: bytes) -> bool:
        text = _KEY + key.encode()
        return any(hmac.compare_digest(_hash(secret, text), digest) for secret in self._secrets)

    def seal(self, state: ApiKeyState) -> bytes:
        return _hash(self._secrets[0], _STATE + _content(state))

    def is_genuine(self, state: ApiKeyState) -> bool:
        content = _STATE + _content(state)
        return any(hmac.compare_digest(_hash(secret, content), state.seal) for secret in self._secrets)


def _hash(secret: bytes, text: bytes) -> bytes:
    return hmac.digest(secret, text, hashlib.sha256)


def _content(state: ApiKeyState) -> bytes:
    """One text for one content, whatever writes the message."""
    return orjson.dumps(
        [
            state.id,
            state.tenant_id,
            state.version,
            state.role,
            sorted(state.scopes),
            state.expires_at_seconds,
            state.digest.hex(),
        ]
    )
