"""What there are many of."""

from collections.abc import Iterator
from typing import Generic

from keepline_client.rest import answers, requests
from keepline_client.rest.kinds import Change, Kind, New, Page, Parts, Query, ReadKind, T
from keepline_client.rest.requests import Fields, Version
from keepline_client.rest.sync.session import Session


class ReadCollection(Generic[T, Query]):
    def __init__(self, session: Session, kind: ReadKind[T, Query]) -> None:
        self._session = session
        self._read = kind

    def get(self, object_id: str, *, deadline_seconds: float | None = None) -> T:
        answer = self._session.call(requests.get(self._read.path, object_id), deadline_seconds)
        return answers.object_of(self._read.model, answer)

    def get_fields(self, object_id: str, fields: Fields, *, deadline_seconds: float | None = None) -> Parts:
        """These fields only, as they are in JSON."""
        request = requests.get(self._read.path, object_id, fields)
        return answers.parts_of(self._session.call(request, deadline_seconds))

    def page(
        self, query: Query | None = None, *, page_token: str = "", deadline_seconds: float | None = None
    ) -> Page[T]:
        request = requests.listed(self._read.path, query or {}, page_token)
        answer = self._session.call(request, deadline_seconds)
        return answers.page_of(self._read.plural, self._read.model, answer, page_token)

    def page_of_fields(
        self,
        fields: Fields,
        query: Query | None = None,
        *,
        page_token: str = "",
        deadline_seconds: float | None = None,
    ) -> Page[Parts]:
        request = requests.listed(self._read.path, query or {}, page_token, fields)
        answer = self._session.call(request, deadline_seconds)
        return answers.page_of_parts(self._read.plural, answer, page_token)

    def list(self, query: Query | None = None, *, deadline_seconds: float | None = None) -> Iterator[T]:
        """All of them, page by page as they are asked for. deadline_seconds: of each page."""
        token = ""
        while True:
            page = self.page(query, page_token=token, deadline_seconds=deadline_seconds)
            yield from page.items
            if not (token := page.next_page_token):
                return

    def list_fields(
        self, fields: Fields, query: Query | None = None, *, deadline_seconds: float | None = None
    ) -> Iterator[Parts]:
        """As `list`, these fields of each only, as they are in JSON."""
        token = ""
        while True:
            page = self.page_of_fields(fields, query, page_token=token, deadline_seconds=deadline_seconds)
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
        return answers.object_of(self._read.model, self._session.call(request, deadline_seconds))

    def update(
        self, object_id: str, change: Change, *, version: Version, deadline_seconds: float | None = None
    ) -> T:
        """version: the one that was read; `ANY` takes whichever is current, and is then not repeated."""
        request = requests.update(self._read.path, object_id, change, version)
        return answers.object_of(self._read.model, self._session.call(request, deadline_seconds))

    def delete(self, object_id: str, *, version: Version, deadline_seconds: float | None = None) -> None:
        request = requests.delete(self._read.path, object_id, version)
        answers.deleted(self._session.call(request, deadline_seconds))
