"""The issuer's keys from a file; keys_at_url has them from an address.

The file is read again when it changed (looked at every five seconds, and for an unknown key id). What cannot
be read leaves the last good keys in force.
"""

from pathlib import Path

import orjson

from servicekit.auth.keys import PublicKeys
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_FILE_SECONDS = 5.0


class FileKeys:
    """Raises OSError or ValueError (in words) when the file cannot be used at the start."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._seen = _fingerprint(path)
        self.keys = read_file(path)
        self._looked = clock.monotonic()
        self._problem = ""

    async def freshen(self) -> None:
        if self._clock.monotonic() - self._looked >= _FILE_SECONDS:
            self._look()

    async def look_again(self) -> bool:
        return self._look()

    def problem(self) -> str:
        return self._problem

    def _look(self) -> bool:
        self._looked = self._clock.monotonic()
        try:
            seen = _fingerprint(self._path)
            if seen == self._seen:
                return False
            self.keys = read_file(self._path)
        except (OSError, ValueError) as error:
            self._problem = f"the issuer's keys cannot be read again: {self._path} {words_for(error)}"
            return False
        self._seen, self._problem = seen, ""
        _log.info("read the issuer's keys again", file=str(self._path))
        return True


def read_file(path: Path) -> PublicKeys:
    """Raises OSError, or ValueError in words."""
    try:
        return PublicKeys.read(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        raise ValueError("is not a JWKS") from error


def _fingerprint(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def words_for(error: Exception) -> str:
    if isinstance(error, orjson.JSONDecodeError):
        return "is not JSON"
    if isinstance(error, ValueError):
        return str(error)
    return f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
