"""The issuer's keys from an address, whose last good answer is kept in a file.

The address is asked again every five minutes, and for an unknown key id, but not more often than every ten
seconds, so that the tokens of strangers do not become requests to the issuer. What cannot be fetched leaves
the last good keys in force. Only a process that has an address imports this: its HTTP client takes 0.2 s.
"""

import asyncio
import os
import ssl
from pathlib import Path

import httpx
import orjson

from servicekit.auth.key_sources import read_file, words_for
from servicekit.auth.keys import PublicKeys
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_URL_SECONDS = 300.0
_AGAIN_SECONDS = 10.0
_FETCH_SECONDS = 3.0
_MAX_BYTES = 256 * 1024


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
        async with httpx.AsyncClient(verify=self._tls, trust_env=False) as client:
            return await fetched(client, await self.where(client))

    async def where(self, client: httpx.AsyncClient) -> str:
        """The address of the keys."""
        return self._url

    def _keep(self, answer: bytes) -> None:
        temporary = self._kept.with_suffix(f".{os.getpid()}.tmp")
        try:
            temporary.write_bytes(answer)
            temporary.replace(self._kept)
        except OSError as error:
            self._problem = f"the issuer's keys cannot be kept: {self._kept} {_words(error)}"


async def fetched(client: httpx.AsyncClient, url: str) -> bytes:
    """Raises httpx.HTTPError, or ValueError in words."""
    answer = b""
    async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"answers {response.status_code}")
        async for part in response.aiter_bytes():
            answer += part
            if len(answer) > _MAX_BYTES:
                raise ValueError(f"answers more than {_MAX_BYTES} bytes")
    return answer


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "does not answer in time"
    return words_for(error)
