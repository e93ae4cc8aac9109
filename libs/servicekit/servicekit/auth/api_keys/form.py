"""How an API key is written: kl_<ULID of its id>_<43 letters and digits>, 256 bits of chance.

It is told from a token by its beginning, and scanners for leaked secrets find it by its form.
"""

import re
import secrets
import string

PREFIX = "kl_"
_ALPHABET = string.ascii_letters + string.digits
_SECRET_LENGTH = 43
FORM = re.compile(r"kl_([0-9a-hjkmnp-tv-z]{26})_([A-Za-z0-9]{43})")


def new_key(key_id: str) -> str:
    """key_id: as new_id("key") gives it."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    return f"{prefix_of(key_id)}_{secret}"


def prefix_of(key_id: str) -> str:
    """What may be shown of a key."""
    return PREFIX + key_id.removeprefix("key_")


def key_id_of(key: str) -> str | None:
    """None: it has not the form of a key."""
    found = FORM.fullmatch(key)
    return None if found is None else f"key_{found[1]}"
