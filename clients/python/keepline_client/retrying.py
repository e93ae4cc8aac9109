"""When a call is tried again: never unless it can do no harm, and never past its deadline."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from keepline_client.errors import Conflict, KeeplineError, TooManyRequests, Unavailable, Unreachable

_UNDER_WAY = "idempotency_key_in_use"


@dataclass(frozen=True, slots=True)
class Retries:
    """Full jitter: before try n + 1 a random part of `first_seconds * 2 ** (n - 1)`, or longer where the
    service said so (Retry-After)."""

    tries: int = 4
    """In all; 1 never tries again."""
    first_seconds: float = 0.2
    longest_seconds: float = 5.0


class NotSent(Unreachable):
    """No connection was made, so nothing was done."""


class Attempts:
    """The tries of one call.

    repeatable: the same request twice does what it does once. Any request is tried again where the first one
    did nothing: there was no connection, or the service refused it for its rate (429).
    """

    def __init__(
        self,
        retries: Retries,
        deadline_seconds: float,
        *,
        repeatable: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._retries = retries
        self._repeatable = repeatable
        self._clock = clock
        self._over = clock() + deadline_seconds
        self._tried = 0
        self.in_doubt = False
        """Whether a try may have been done although it failed."""

    @property
    def left_seconds(self) -> float:
        return max(0.0, self._over - self._clock())

    def pause_seconds(self, failure: KeeplineError) -> float | None:
        """How long to wait before the next try; None: give up and raise the failure."""
        self._tried += 1
        nothing_done = isinstance(failure, NotSent | TooManyRequests)
        transient = isinstance(failure, Unavailable) or failure.code == _UNDER_WAY
        if self._tried >= self._retries.tries or not (nothing_done or (transient and self._repeatable)):
            return None
        self.in_doubt |= not nothing_done and not isinstance(failure, Conflict)
        most = min(self._retries.longest_seconds, self._retries.first_seconds * 2 ** (self._tried - 1))
        pause = random.uniform(0, most) + (failure.retry_after_seconds or 0.0)  # noqa: S311  no secret
        return pause if pause < self.left_seconds else None
