"""Whether this process can do its main duty, and what else is amiss, each with the reason.

A check is cheap and in memory: it reports what is known and asks nobody. One of the main duty that fails
takes the process out of service (503); one that is only told (`add_degraded`) does not: with the broker away,
an API that reads from memory still answers.
"""

from collections.abc import Callable

DRAINING = "draining"

Check = Callable[[], str | None]


class Readiness:
    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._told: dict[str, Check] = {}
        self._draining = False

    def add(self, name: str, check: Check) -> None:
        """Of the main duty. `check` answers "" or None when all is well, otherwise what is missing."""
        self._checks[name] = check

    def add_degraded(self, name: str, check: Check) -> None:
        """Told in /readyz and by the metric keepline.degraded, and the process stays in service."""
        self._told[name] = check

    def drain(self) -> None:
        self._draining = True

    def report(self) -> dict[str, str]:
        found = _asked(self._checks)
        if self._draining:
            found[DRAINING] = "this process is stopping"
        return found

    def degraded(self) -> dict[str, str]:
        """Only what is amiss."""
        return {name: reason for name, reason in _asked(self._told).items() if reason}

    def degraded_readings(self) -> dict[str, float]:
        """For the metric: 1 for each check that is amiss, 0 for each other."""
        return {name: float(bool(reason)) for name, reason in _asked(self._told).items()}

    @property
    def ready(self) -> bool:
        return not any(self.report().values())


def _asked(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check() or "" for name, check in checks.items()}
