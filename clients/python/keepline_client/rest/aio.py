"""REST for code that awaits (asyncio)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, Self

import httpx

from keepline_client import resources
from keepline_client.credentials import AsyncCredential, bearer_async
from keepline_client.errors import KeeplineError
from keepline_client.rest import requests
from keepline_client.rest.kinds import Change, Kind, New, Page, Query, ReadKind, T
from keepline_client.rest.requests import Answer, Request, Version
from keepline_client.rest.session import DEADLINE_SECONDS, failed, over, sent
from keepline_client.retrying import Attempts, Retries


class AsyncSession:
    def __init__(
        self, http: httpx.AsyncClient, token: AsyncCredential, deadline_seconds: float, retries: Retries
    ) -> None:
        self._http = http
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._retries = retries

    async def call(self, request: Request, deadline_seconds: float | None = None) -> Answer:
        seconds = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        attempts = Attempts(self._retries, seconds, repeatable=request.repeatable)
        while True:
            answer = await self._tried(request, attempts)
            if isinstance(answer, Answer):
                return answer
            if attempts.in_doubt and requests.deleted_before(request, answer):
                return Answer(204, {}, b"")
            pause = attempts.pause_seconds(answer)
            if pause is None:
                raise answer
            await asyncio.sleep(pause)

    async def _tried(self, request: Request, attempts: Attempts) -> Answer | KeeplineError:
        asked = sent(request, await bearer_async(self._token), attempts.left_seconds)
        body = bytearray()
        try:
            async with self._http.stream(**asked) as response:
                async for piece in response.aiter_bytes():
                    body += piece
                    if not attempts.left_seconds:  # httpx bounds each wait, not all of them together
                        return over()
        except httpx.HTTPError as error:
            return failed(error, attempts.left_seconds)
        answer = Answer(response.status_code, response.headers, bytes(body))
        return requests.failure_of(answer) or answer


class AsyncReadCollection(Generic[T, Query]):
    def __init__(self, session: AsyncSession, kind: ReadKind[T, Query]) -> None:
        self._session = session
        self._read = kind

    async def get(self, object_id: str, *, deadline_seconds: float | None = None) -> T:
        answer = await self._session.call(requests.get(self._read, object_id), deadline_seconds)
        return requests.object_of(self._read.model, answer)

    async def page(
        self, query: Query | None = None, *, page_token: str = "", deadline_seconds: float | None = None
    ) -> Page[T]:
        request = requests.listed(self._read, query or {}, page_token)
        return requests.page_of(self._read, await self._session.call(request, deadline_seconds))

    async def list(
        self, query: Query | None = None, *, deadline_seconds: float | None = None
    ) -> AsyncIterator[T]:
        """All of them, page by page as they are asked for. deadline_seconds: of each page."""
        token = ""
        while True:
            page = await self.page(query, page_token=token, deadline_seconds=deadline_seconds)
            for item in page.items:
                yield item
            if not (token := page.next_page_token):
                return


class AsyncCollection(AsyncReadCollection[T, Query], Generic[T, New, Change, Query]):
    def __init__(self, session: AsyncSession, kind: Kind[T, New, Change, Query]) -> None:
        super().__init__(session, kind)

    async def create(
        self, fields: New, *, idempotency_key: str | None = None, deadline_seconds: float | None = None
    ) -> T:
        """idempotency_key: one of your own, to repeat the request from elsewhere; left out, one is made."""
        request = requests.create(self._read.path, fields, idempotency_key)
        return requests.object_of(self._read.model, await self._session.call(request, deadline_seconds))

    async def update(
        self, object_id: str, change: Change, *, version: Version, deadline_seconds: float | None = None
    ) -> T:
        """version: the one that was read; `ANY` takes whichever is current, and is then not repeated."""
        request = requests.update(self._read.path, object_id, change, version)
        return requests.object_of(self._read.model, await self._session.call(request, deadline_seconds))

    async def delete(
        self, object_id: str, *, version: Version, deadline_seconds: float | None = None
    ) -> None:
        await self._session.call(requests.delete(self._read.path, object_id, version), deadline_seconds)


class AsyncKeepline:
    """A tenant's Keepline. base_url: the one origin of all services. Of one event loop.

    Raises `KeeplineError` from every method. http: a client of your own with its base_url, for a proxy, a
    certificate or a pool; it is closed with this one.
    """

    def __init__(
        self,
        base_url: str,
        token: AsyncCredential,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._http = http or httpx.AsyncClient(base_url=base_url)
        self._session = AsyncSession(self._http, token, deadline_seconds, retries or Retries())
        self.trunks = AsyncCollection(self._session, resources.TRUNKS)
        self.numbers = AsyncCollection(self._session, resources.NUMBERS)
        self.agents = AsyncCollection(self._session, resources.AGENTS)
        self.plans = AsyncCollection(self._session, resources.PLANS)
        self.calls = AsyncReadCollection(self._session, resources.CALLS)
        self.statuses = AsyncReadCollection(self._session, resources.STATUSES)
        self.api_keys = AsyncCollection(self._session, resources.API_KEYS)
        self.audit = AsyncReadCollection(self._session, resources.AUDIT)

    async def route(
        self, call: resources.CallToRoute, *, deadline_seconds: float | None = None
    ) -> resources.Decision:
        """Who would answer? Nobody is called."""
        answer = await self._session.call(Request("POST", resources.ROUTE, body=call), deadline_seconds)
        return requests.object_of(resources.Decision, answer)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
