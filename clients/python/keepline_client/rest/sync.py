"""REST for code that waits."""

import time
from collections.abc import Iterator
from typing import Generic, Self

import httpx

from keepline_client import resources
from keepline_client.credentials import Credential, bearer
from keepline_client.errors import KeeplineError
from keepline_client.rest import requests
from keepline_client.rest.kinds import Change, Kind, New, Page, Query, ReadKind, T
from keepline_client.rest.requests import Answer, Request, Version
from keepline_client.rest.session import DEADLINE_SECONDS, failed, over, sent
from keepline_client.retrying import Attempts, Retries


class Session:
    def __init__(
        self, http: httpx.Client, token: Credential, deadline_seconds: float, retries: Retries
    ) -> None:
        self._http = http
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._retries = retries

    def call(self, request: Request, deadline_seconds: float | None = None) -> Answer:
        seconds = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        attempts = Attempts(self._retries, seconds, repeatable=request.repeatable)
        while True:
            answer = self._tried(request, attempts)
            if isinstance(answer, Answer):
                return answer
            if attempts.in_doubt and requests.deleted_before(request, answer):
                return Answer(204, {}, b"")
            pause = attempts.pause_seconds(answer)
            if pause is None:
                raise answer
            time.sleep(pause)

    def _tried(self, request: Request, attempts: Attempts) -> Answer | KeeplineError:
        asked = sent(request, bearer(self._token), attempts.left_seconds)
        body = bytearray()
        try:
            with self._http.stream(**asked) as response:
                for piece in response.iter_bytes():
                    body += piece
                    if not attempts.left_seconds:  # httpx bounds each wait, not all of them together
                        return over()
        except httpx.HTTPError as error:
            return failed(error, attempts.left_seconds)
        answer = Answer(response.status_code, response.headers, bytes(body))
        return requests.failure_of(answer) or answer


class ReadCollection(Generic[T, Query]):
    def __init__(self, session: Session, kind: ReadKind[T, Query]) -> None:
        self._session = session
        self._read = kind

    def get(self, object_id: str, *, deadline_seconds: float | None = None) -> T:
        answer = self._session.call(requests.get(self._read, object_id), deadline_seconds)
        return requests.object_of(self._read.model, answer)

    def page(
        self, query: Query | None = None, *, page_token: str = "", deadline_seconds: float | None = None
    ) -> Page[T]:
        request = requests.listed(self._read, query or {}, page_token)
        return requests.page_of(self._read, self._session.call(request, deadline_seconds))

    def list(self, query: Query | None = None, *, deadline_seconds: float | None = None) -> Iterator[T]:
        """All of them, page by page as they are asked for. deadline_seconds: of each page."""
        token = ""
        while True:
            page = self.page(query, page_token=token, deadline_seconds=deadline_seconds)
            yield from page.items
            if not (token := page.next_page_token):
                return


class Collection(ReadCollection[T, Query], Generic[T, New, Change, Query]):
    def __init__(self, session: Session, kind: Kind[T, New, Change, Query]) -> None:
        super().__init__(session, kind)

    def create(
        self, fields: New, *, idempotency_key: str | None = None, deadline_seconds: float | None = None
    ) -> T:
        """idempotency_key: one of your own, to repeat the request from elsewhere; left out, one is made."""
        request = requests.create(self._read.path, fields, idempotency_key)
        return requests.object_of(self._read.model, self._session.call(request, deadline_seconds))

    def update(
        self, object_id: str, change: Change, *, version: Version, deadline_seconds: float | None = None
    ) -> T:
        """version: the one that was read; `ANY` takes whichever is current, and is then not repeated."""
        request = requests.update(self._read.path, object_id, change, version)
        return requests.object_of(self._read.model, self._session.call(request, deadline_seconds))

    def delete(self, object_id: str, *, version: Version, deadline_seconds: float | None = None) -> None:
        self._session.call(requests.delete(self._read.path, object_id, version), deadline_seconds)


class Keepline:
    """A tenant's Keepline. base_url: the one origin of all services. Safe to share between threads.

    Raises `KeeplineError` from every method. http: a client of your own with its base_url, for a proxy, a
    certificate or a pool; it is closed with this one.
    """

    def __init__(
        self,
        base_url: str,
        token: Credential,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._http = http or httpx.Client(base_url=base_url)
        self._session = Session(self._http, token, deadline_seconds, retries or Retries())
        self.trunks = Collection(self._session, resources.TRUNKS)
        self.numbers = Collection(self._session, resources.NUMBERS)
        self.agents = Collection(self._session, resources.AGENTS)
        self.plans = Collection(self._session, resources.PLANS)
        self.calls = ReadCollection(self._session, resources.CALLS)
        self.statuses = ReadCollection(self._session, resources.STATUSES)
        self.api_keys = Collection(self._session, resources.API_KEYS)
        self.audit = ReadCollection(self._session, resources.AUDIT)

    def route(
        self, call: resources.CallToRoute, *, deadline_seconds: float | None = None
    ) -> resources.Decision:
        """Who would answer? Nobody is called."""
        answer = self._session.call(Request("POST", resources.ROUTE, body=call), deadline_seconds)
        return requests.object_of(resources.Decision, answer)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
