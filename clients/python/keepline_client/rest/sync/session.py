"""The tries of one call."""

import time

import httpx

from keepline_client.credentials import Credential
from keepline_client.rest.answers import Answer
from keepline_client.rest.exchange import exchanged
from keepline_client.rest.requests import Request, deleted_before
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
        attempts = Attempts(
            self._retries,
            self._deadline_seconds if deadline_seconds is None else deadline_seconds,
            repeatable=request.repeatable,
            renewable=callable(self._token),
        )
        while True:
            answer = exchanged(self._http, request, self._token, attempts)
            if isinstance(answer, Answer):
                return answer
            if attempts.in_doubt and deleted_before(request, answer):
                return Answer(204, {}, b"")
            pause = attempts.pause_seconds(answer)
            if pause is None:
                raise answer
            time.sleep(pause)
