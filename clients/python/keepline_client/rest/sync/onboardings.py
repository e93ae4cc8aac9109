"""Onboardings, and what is done with one beside changing it."""

from datetime import datetime

from keepline_client import resources
from keepline_client.rest import answers, requests
from keepline_client.rest.requests import Request
from keepline_client.rest.sync.collections import Collection
from keepline_client.rest.sync.session import Session


class Onboardings(
    Collection[
        resources.Onboarding,
        resources.NewOnboarding,
        resources.OnboardingChange,
        resources.OnboardingQuery,
    ]
):
    def __init__(self, session: Session) -> None:
        super().__init__(session, resources.ONBOARDINGS)

    def skip_test(self, onboarding_id: str, *, deadline_seconds: float | None = None) -> resources.Onboarding:
        """The last step without a call; it stays untested. Again it changes nothing."""
        request = requests.act(resources.ONBOARDINGS.path, onboarding_id, "skipTest")
        return answers.object_of(resources.Onboarding, self._session.call(request, deadline_seconds))

    def go_live(
        self,
        onboarding_id: str,
        *,
        emergency_acknowledged: bool,
        deadline_seconds: float | None = None,
    ) -> resources.Onboarding:
        """emergency_acknowledged: you know that no emergency call goes through Keepline. Again it changes
        nothing."""
        body = {"emergency_acknowledged": emergency_acknowledged}
        request = requests.act(resources.ONBOARDINGS.path, onboarding_id, "goLive", body)
        return answers.object_of(resources.Onboarding, self._session.call(request, deadline_seconds))

    def success(
        self,
        *,
        begin: datetime | None = None,
        end: datetime | None = None,
        deadline_seconds: float | None = None,
    ) -> resources.OnboardingSuccess:
        """For the role operator: of those that were begun between; the last 30 days when left out."""
        between = {"from": begin, "to": end}
        query = tuple((name, at.isoformat()) for name, at in between.items() if at is not None)
        request = Request("GET", resources.ONBOARDING_SUCCESS, query)
        answer = self._session.call(request, deadline_seconds)
        return answers.object_of(resources.OnboardingSuccess, answer)
