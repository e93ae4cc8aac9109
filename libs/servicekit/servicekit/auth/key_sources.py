"""Where the issuer's keys come from: a file, or an address whose last good answer is kept in that file.

A file is read again when it changed (looked at every five seconds, and for an unknown key id); an
address every five minutes, and for an unknown key id, but not more often than every ten seconds, so that
the tokens of strangers do not become requests to the issuer. What cannot be read leaves the last good
keys in force.
"""

import asyncio
import os
import ssl
from pathlib import Path

import httpx
import orjson

from servicekit.auth.keys import PublicKeys
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_FILE_SECONDS = 5.0
_URL_SECONDS = 300.0
_AGAIN_SECONDS = 10.0
_FETCH_SECONDS = 3.0
_MAX_BYTES = 256 * 1024


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
            self._problem = f"the issuer's keys cannot be read again: {self._path} {_words(error)}"
            return False
        self._seen, self._problem = seen, ""
        _log.info("read the issuer's keys again", file=str(self._path))
        return True


class UrlKeys:
    def __init__(self, url: str, kept: Path, clock: Clock, ca_file: Path | None = None) -> None:
        """kept: file of the last good answer, used until the first one."""
        self._url, self._kept, self._clock = url, kept, clock
        self._tls = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else True
        self._fetching = asyncio.Lock()
        self._tried = self._got = float("-inf")
        self._problem = ""
        self.keys = PublicKeys({})
        if kept.exists():
            self.keys = read_file(kept)

    async def freshen(self) -> None:
        old = self._clock.monotonic() - self._got >= _URL_SECONDS
        if old and not self._fetching.locked():
            await self.look_again()

    async def look_again(self) -> bool:
        before = self._got
        async with self._fetching:
            if self._got > before:  # somebody else fetched while this one waited
                return True
            if self._clock.monotonic() - self._tried < _AGAIN_SECONDS:
                return False
            self._tried = self._clock.monotonic()
            return await self._fetch()

    def problem(self) -> str:
        return self._problem

    async def _fetch(self) -> bool:
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                answer = await self._get()
            self.keys = PublicKeys.read(orjson.loads(answer))
        except (httpx.HTTPError, OSError, TimeoutError, ValueError) as error:
            self._problem = f"the issuer's keys cannot be fetched: {self._url} {_words(error)}"
            _log.warning("keeping the last keys of the issuer", reason=self._problem)
            return False
        self._got, self._problem = self._clock.monotonic(), ""
        self._keep(answer)
        return True

    async def _get(self) -> bytes:
        answer = b""
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False) as client,
            client.stream("GET", self._url, headers={"accept": "application/json"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"answers {response.status_code}")
            async for part in response.aiter_bytes():
                answer += part
                if len(answer) > _MAX_BYTES:
                    raise ValueError(f"answers more than {_MAX_BYTES} bytes")
        return answer

    def _keep(self, answer: bytes) -> None:
        temporary = self._kept.with_suffix(f".{os.getpid()}.tmp")
        try:
            temporary.write_bytes(answer)
            temporary.replace(self._kept)
        except OSError as error:
            self._problem = f"the issuer's keys cannot be kept: {self._kept} {_words(error)}"


def read_file(path: Path) -> PublicKeys:
    """Raises OSError, or ValueError in words."""
    try:
        return PublicKeys.read(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        raise ValueError("is not a JWKS") from error


def _fingerprint(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "does not answer in time"
    if isinstance(error, orjson.JSONDecodeError):
        return "is not JSON"
    if isinstance(error, ValueError):
        return str(error)
    return f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
