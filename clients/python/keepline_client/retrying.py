"""When a call is tried again: never unless it can do no harm, and never past its deadline."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from keepline_client.errors import (
    Conflict,
    KeeplineError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unreachable,
)

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


def gone(failure: KeeplineError) -> bool:
    """Said of an object; a path that is not there, or a proxy's 404, says nothing of one."""
    return failure.code.endswith("_not_found") and failure.code != "path_not_found"


class Attempts:
    """The tries of one call.

    repeatable: the same request twice does what it does once. Any request is tried again where the first one
    did nothing: there was no connection, or the service refused it for its rate (429). renewable: the token
    is asked for anew, so that one refusal of it (401), such as of one that ended on the way, is no end.
    """

    def __init__(
        self,
        retries: Retries,
        deadline_seconds: float,
        *,
        repeatable: bool,
        renewable: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._retries = retries
        self._repeatable = repeatable
        self._renewable = renewable
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
        if self._tried >= self._retries.tries or not self._may_repeat(failure):
            return None
        growth = 2.0 ** min(self._tried - 1, 30)
        most = min(self._retries.longest_seconds, self._retries.first_seconds * growth)
        pause = random.uniform(0, most) + (failure.retry_after_seconds or 0.0)  # noqa: S311  no secret
        return pause if pause < self.left_seconds else None

    def _may_repeat(self, failure: KeeplineError) -> bool:
        if isinstance(failure, Unauthenticated):
            renewable, self._renewable = self._renewable, False
            return renewable
        if isinstance(failure, NotSent | TooManyRequests):
            return True
        self.in_doubt |= not isinstance(failure, Conflict)
        return self._repeatable and (isinstance(failure, Unavailable) or failure.code == _UNDER_WAY)
