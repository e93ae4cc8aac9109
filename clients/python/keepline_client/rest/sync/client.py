"""All resources, over one connection pool."""

from typing import Self

import httpx

from keepline_client import resources
from keepline_client.credentials import Credential
from keepline_client.rest import answers
from keepline_client.rest.requests import DEADLINE_SECONDS, Request, apply_fix, origin
from keepline_client.rest.sync.collections import Collection, ReadCollection
from keepline_client.rest.sync.network import Network
from keepline_client.rest.sync.onboardings import Onboardings
from keepline_client.rest.sync.session import Session
from keepline_client.retrying import Retries


class Keepline:
    """A tenant's Keepline. base_url: the one origin of all services. Safe to share between threads.

    Raises `KeeplineError` from every method. http: a client of your own, for a proxy, a certificate or a
    pool, whose base_url counts then; it is closed with this one.
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
        self._http = http or httpx.Client(base_url=origin(base_url))
        self._session = Session(self._http, token, deadline_seconds, retries or Retries())
        self.trunks = Collection(self._session, resources.TRUNKS)
        self.numbers = Collection(self._session, resources.NUMBERS)
        self.agents = Collection(self._session, resources.AGENTS)
        self.plans = Collection(self._session, resources.PLANS)
        self.calls = ReadCollection(self._session, resources.CALLS)
        self.rejections = ReadCollection(self._session, resources.REJECTIONS)
        self.onboardings = Onboardings(self._session)
        self.statuses = ReadCollection(self._session, resources.STATUSES)
        self.agent_statuses = ReadCollection(self._session, resources.AGENT_STATUSES)
        self.api_keys = Collection(self._session, resources.API_KEYS)
        self.audit = ReadCollection(self._session, resources.AUDIT)
        self.network = Network(self._session)

    def route(
        self, call: resources.CallToRoute, *, deadline_seconds: float | None = None
    ) -> resources.Decision:
        """Who would answer? Nobody is called."""
        answer = self._session.call(Request("POST", resources.ROUTE, body=call), deadline_seconds)
        return answers.object_of(resources.Decision, answer)

    def apply_fix(
        self,
        rejection_id: str,
        fix_id: str,
        *,
        plan_id: str | None = None,
        deadline_seconds: float | None = None,
    ) -> resources.Rejection:
        """One of the rejection's fixes; again it changes nothing. plan_id: of put_on_plan."""
        request = apply_fix(resources.REJECTIONS.path, rejection_id, fix_id, plan_id)
        return answers.object_of(resources.Rejection, self._session.call(request, deadline_seconds))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
