"""How many requests a second one tenant may send to one server.

Counted by the server itself, REST and gRPC each for itself. Operators and nodes are ours and are not counted.
"""

import time
from collections import Counter
from collections.abc import Callable

from servicekit.auth.principal import Principal, Role
from servicekit.errors import TooMany

REQUESTS_PER_SECOND = 200


class RequestRates:
    """Holds the counts of the current second and nothing else."""

    def __init__(
        self, most: int = REQUESTS_PER_SECOND, clock_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._clock_seconds = clock_seconds
        self._second = 0
        self._seen: Counter[str] = Counter()

    def count(self, who: Principal) -> None:
        """Raises TooMany."""
        if who.role in (Role.OPERATOR, Role.NODE):
            return
        second = int(self._clock_seconds())
        if second != self._second:
            self._second = second
            self._seen.clear()
        self._seen[who.tenant_id] += 1
        if self._seen[who.tenant_id] > self._most:
            raise TooMany(
                "requests_too_many",
                f"{self._most} requests a second are allowed",
                hint="ask again in a second, and less often",
            )
