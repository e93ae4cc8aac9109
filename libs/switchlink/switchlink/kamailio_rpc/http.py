"""JSON-RPC over HTTP on the edge's loopback: for answers of any size, such as whole tables."""

import itertools
from collections.abc import Sequence
from typing import Any, Self

import httpx

from .messages import Param, RpcUnavailable, answer, request


class KamailioHttp:
    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self._url = url
        # A proxy of the environment is not between us and our own loopback.
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)
        self._numbers = itertools.count(1)

    async def call(self, method: str, params: Sequence[Param] = ()) -> Any:
        """The result as parsed JSON; the caller checks its shape."""
        number = next(self._numbers)
        headers = {"Content-Type": "application/json"}
        try:
            response = await self._client.post(
                self._url, content=request(number, method, params), headers=headers
            )
        except httpx.HTTPError as error:
            raise RpcUnavailable(f"{self._url}: {type(error).__name__} {error}".rstrip()) from error
        mine, result = answer(number, response.content)
        if not mine:
            raise RpcUnavailable(f"{self._url} answered another request")
        return result

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
