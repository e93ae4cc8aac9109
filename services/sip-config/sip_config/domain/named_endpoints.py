"""Endpoints that trunks and agents name: each is probed once, however many name it."""

from collections.abc import Iterable

from sip_config.domain.resources import EndpointBody


class NamedEndpoints:
    def __init__(self) -> None:
        self._known: dict[str, tuple[EndpointBody, int]] = {}

    def find(self, name: str) -> EndpointBody | None:
        known = self._known.get(name)
        return None if known is None else known[0]

    def use(self, before: Iterable[EndpointBody], after: Iterable[EndpointBody]) -> list[str]:
        """What one who names endpoints names now in the place of what it named. Answers the names of those
        that may have moved."""
        old, new = {body.name: body for body in before}, {body.name: body for body in after}
        for name, body in new.items():
            uses = self._known.get(name, (body, 0))[1]
            self._known[name] = (body, uses + (name not in old))
        for name in old.keys() - new.keys():
            body, uses = self._known.pop(name)
            if uses > 1:
                self._known[name] = (body, uses - 1)
        return sorted(old.keys() ^ new.keys())
