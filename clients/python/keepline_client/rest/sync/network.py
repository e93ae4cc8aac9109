"""Edges and switches, for operators."""

from keepline_client import resources
from keepline_client.rest import answers, requests
from keepline_client.rest.requests import Request, Version
from keepline_client.rest.sync.session import Session


class Network:
    """Of the role operator."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, *, deadline_seconds: float | None = None) -> resources.Network:
        answer = self._session.call(requests.read(resources.NETWORK), deadline_seconds)
        return answers.object_of(resources.Network, answer)

    def say(self, word: resources.WordToSay, *, deadline_seconds: float | None = None) -> resources.Word:
        """That what is missing, or older, is meant to be so. Said twice it is said once, until later."""
        request = Request("POST", resources.NETWORK_WORD, body=word)
        return answers.object_of(resources.Word, self._session.call(request, deadline_seconds))

    def switch(self, switch_id: str, *, deadline_seconds: float | None = None) -> resources.Switch:
        request = requests.get(resources.NETWORK_SWITCHES, switch_id)
        return answers.object_of(resources.Switch, self._session.call(request, deadline_seconds))

    def update_switch(
        self,
        switch_id: str,
        change: resources.SwitchChange,
        *,
        version: Version,
        deadline_seconds: float | None = None,
    ) -> resources.Switch:
        """{"state": "draining"}: it gets no new calls; RESET: as the settings say."""
        request = requests.update(resources.NETWORK_SWITCHES, switch_id, change, version)
        return answers.object_of(resources.Switch, self._session.call(request, deadline_seconds))
