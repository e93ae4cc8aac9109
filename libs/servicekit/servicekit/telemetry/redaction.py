"""Keeps secrets out of logs, whatever a call site hands over.

A value under a secret-looking key is replaced as a whole; inside text, bearer tokens, JWTs, the secrets of
API keys and the credentials of URLs are cut out.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

MASK = "***"

_KEY = re.compile(
    r"pass(word|wd|phrase)|secret|token|authoriz|api_?key|private_?key|credential|cookie|signature",
    re.IGNORECASE,
)
# names that match and hold no secret: a page's token is only a place in a list
_HARMLESS = frozenset(
    {"page_token", "next_page_token", "token_file", "password_file", "api_key_secrets_file"}
)
_BEARER = re.compile(r"(?i)\b(bearer|basic|digest)\s+[A-Za-z0-9._~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_API_KEY = re.compile(r"\b(kl_[0-9a-z]{26}_)[A-Za-z0-9]{8,}")
_URL = re.compile(r"(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")
_DEEPEST = 6


def text(value: str) -> str:
    """Most texts hold none of the four, which is asked first: the searches take ten times as long."""
    if len(value.split(None, 1)) > 1:
        value = _BEARER.sub(rf"\1 {MASK}", value)
    if "eyJ" in value:
        value = _JWT.sub(MASK, value)
    if "kl_" in value:
        value = _API_KEY.sub(rf"\1{MASK}", value)
    return _URL.sub(MASK, value) if "://" in value else value


def redacted(value: object, depth: int = 0) -> object:
    """A copy of `value` without its secrets."""
    if isinstance(value, str):
        return text(value)
    if depth >= _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {str(k): _field(str(k), v, depth) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item, depth + 1) for item in value]
    return value


@lru_cache(1024)
def _secret(key: str) -> bool:
    return bool(_KEY.search(key)) and key.lower() not in _HARMLESS


def _field(key: str, value: object, depth: int) -> object:
    if _secret(key) and value not in (None, ""):
        return MASK
    return redacted(value, depth + 1)
