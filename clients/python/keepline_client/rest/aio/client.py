"""All resources, over one connection pool."""

from typing import Self

import httpx

from keepline_client import resources
from keepline_client.credentials import AsyncCredential
from keepline_client.rest import answers
from keepline_client.rest.aio.collections import AsyncCollection, AsyncReadCollection
from keepline_client.rest.aio.network import AsyncNetwork
from keepline_client.rest.aio.onboardings import AsyncOnboardings
from keepline_client.rest.aio.session import AsyncSession
from keepline_client.rest.requests import DEADLINE_SECONDS, Request, apply_fix, origin
from keepline_client.retrying import Retries


class AsyncKeepline:
    """A tenant's Keepline. base_url: the one origin of all services. Of one event loop.

    Raises `KeeplineError` from every method. http: a client of your own, for a proxy, a certificate or a
    pool, whose base_url counts then; it is closed with this one.
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
        self._http = http or httpx.AsyncClient(base_url=origin(base_url))
        self._session = AsyncSession(self._http, token, deadline_seconds, retries or Retries())
        self.trunks = AsyncCollection(self._session, resources.TRUNKS)
        self.numbers = AsyncCollection(self._session, resources.NUMBERS)
        self.agents = AsyncCollection(self._session, resources.AGENTS)
        self.plans = AsyncCollection(self._session, resources.PLANS)
        self.calls = AsyncReadCollection(self._session, resources.CALLS)
        self.rejections = AsyncReadCollection(self._session, resources.REJECTIONS)
        self.onboardings = AsyncOnboardings(self._session)
        self.statuses = AsyncReadCollection(self._session, resources.STATUSES)
        self.agent_statuses = AsyncReadCollection(self._session, resources.AGENT_STATUSES)
        self.api_keys = AsyncCollection(self._session, resources.API_KEYS)
        self.audit = AsyncReadCollection(self._session, resources.AUDIT)
        self.network = AsyncNetwork(self._session)

    async def route(
        self, call: resources.CallToRoute, *, deadline_seconds: float | None = None
    ) -> resources.Decision:
        """Who would answer? Nobody is called."""
        answer = await self._session.call(Request("POST", resources.ROUTE, body=call), deadline_seconds)
        return answers.object_of(resources.Decision, answer)

    async def apply_fix(
        self,
        rejection_id: str,
        fix_id: str,
        *,
        plan_id: str | None = None,
        deadline_seconds: float | None = None,
    ) -> resources.Rejection:
        """One of the rejection's fixes; again it changes nothing. plan_id: of put_on_plan."""
        request = apply_fix(resources.REJECTIONS.path, rejection_id, fix_id, plan_id)
        return answers.object_of(resources.Rejection, await self._session.call(request, deadline_seconds))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
