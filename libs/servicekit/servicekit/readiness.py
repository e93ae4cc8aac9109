"""Whether this process can do its work, check by check, each with the reason why not.

Rule: a check is cheap and in memory: it reports what is known and asks nobody.
"""

from collections.abc import Callable

DRAINING = "draining"


class Readiness:
    def __init__(self) -> None:
        self._checks: dict[str, Callable[[], str | None]] = {}
        self._draining = False

    def add(self, name: str, check: Callable[[], str | None]) -> None:
        """`check` answers "" or None when all is well, otherwise the sentence that says what is missing."""
        self._checks[name] = check

    def drain(self) -> None:
        self._draining = True

    def report(self) -> dict[str, str]:
        found = {name: check() or "" for name, check in self._checks.items()}
        if self._draining:
            found[DRAINING] = "this process is stopping"
        return found

    @property
    def ready(self) -> bool:
        return not any(self.report().values())
