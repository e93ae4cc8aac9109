"""Who showed a token a moment ago, so that not every call costs a signature's check (0.15 ms and more).

Forgotten after a second, when the token ends, and when the keys that signed it are not those in force.
"""

from servicekit.auth.principal import Principal
from servicekit.clock import Clock

SECONDS = 1.0
"""No longer than a revocation may take."""
MOST = 4096


class Remembered:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: object = None
        # the token, who it is, and until when of the monotonic clock; oldest first
        self._known: dict[str, tuple[Principal, float]] = {}

    def find(self, token: str, keys: object) -> Principal | None:
        """keys: those in force, the same object as long as they do not change."""
        found = self._known.get(token)
        if found is None or keys is not self._keys or self._clock.monotonic() >= found[1]:
            return None
        return found[0]

    def keep(self, token: str, keys: object, who: Principal) -> None:
        if keys is not self._keys:
            self._known.clear()
            self._keys = keys
        left_seconds = SECONDS
        if who.expires_at is not None:
            left_seconds = min(SECONDS, who.expires_at - self._clock.now().timestamp())
        if left_seconds <= 0:  # within the leeway for clocks that differ
            return
        self._known.pop(token, None)
        self._known[token] = who, self._clock.monotonic() + left_seconds
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
