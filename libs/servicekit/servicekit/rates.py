"""How many requests one tenant, and one API key of it, may send: token buckets (GCRA).

A bucket holds `requests` and fills again within `seconds`. Counted by each process, REST and gRPC together.
Operators and nodes are ours and are not counted. REST tells draft-ietf-httpapi-ratelimit-headers-11 of it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from servicekit.auth.principal import Principal, Role
from servicekit.errors import TooMany
from servicekit.settings import LimitSettings

_ROUNDING_SECONDS = 1e-9
_UNCOUNTED = (Role.OPERATOR, Role.NODE)
_KEPT = 10_000
"""Buckets that are not full, of all callers; with more the full ones are dropped, which changes nothing."""


@dataclass(frozen=True)
class Policy:
    """name: as clients read it, "tenant" or "key"."""

    name: str
    requests: int
    seconds: int

    @cached_property
    def told(self) -> str:
        return f'"{self.name}";q={self.requests};w={self.seconds}'


@dataclass(frozen=True, slots=True)
class Taken:
    """One look at a bucket. wait_seconds: 0, or how long until there is something in it again."""

    policy: Policy
    left: int
    full_in_seconds: float
    wait_seconds: float = 0.0

    def __str__(self) -> str:
        window = self.wait_seconds or self.full_in_seconds
        return f'"{self.policy.name}";r={self.left};t={max(1, ceil(window))}'


class Buckets:
    """Of one policy, by caller: the moment at which each is full again, and nothing else."""

    def __init__(self, policy: Policy, clock_seconds: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self._clock_seconds = clock_seconds
        self._one_seconds = policy.seconds / policy.requests
        self._full_at: dict[str, float] = {}
        self._tidy_at = _KEPT

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, whose: str) -> Taken:
        now = self._clock_seconds()
        full_at = max(self._full_at.get(whose, now), now) + self._one_seconds
        over_seconds = full_at - now - self.policy.seconds
        if over_seconds > _ROUNDING_SECONDS:
            return Taken(self.policy, 0, full_at - self._one_seconds - now, over_seconds)
        self._full_at[whose] = full_at
        if len(self._full_at) > self._tidy_at:
            self._tidy(now)
        return Taken(self.policy, int(-over_seconds / self._one_seconds + 1e-6), full_at - now)

    def _tidy(self, now: float) -> None:
        self._full_at = {whose: at for whose, at in self._full_at.items() if at > now}
        self._tidy_at = max(_KEPT, 2 * len(self._full_at))


@dataclass(frozen=True, slots=True)
class Counted:
    """What was taken for one request, from the bucket of each policy; nothing of callers that are ours."""

    taken: tuple[Taken, ...] = ()

    @property
    def headers(self) -> Mapping[str, str]:
        if not self.taken:
            return {}
        return {
            "ratelimit-policy": ", ".join([one.policy.told for one in self.taken]),
            "ratelimit": ", ".join([str(one) for one in self.taken]),
        }

    def check(self) -> None:
        """Raises TooMany when a bucket was empty."""
        empty = [one for one in self.taken if one.wait_seconds > 0]
        if not empty:
            return
        worst = max(empty, key=lambda one: one.wait_seconds)
        of, seconds = worst.policy, ceil(worst.wait_seconds)
        each = "a second" if of.seconds == 1 else f"in {of.seconds} seconds"
        raise TooMany(
            "requests_too_many",
            f"{of.requests} requests {each} are allowed for one {of.name}",
            hint=f"ask again in {seconds} s, and less often",
            retry_after=seconds,
        )


class RequestRates:
    """Of one process."""

    def __init__(
        self, limits: LimitSettings | None = None, clock_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        limits = limits or LimitSettings()
        tenant = Policy("tenant", limits.tenant_requests, limits.tenant_seconds)
        key = Policy("key", limits.key_requests, limits.key_seconds)
        self._tenants = Buckets(tenant, clock_seconds)
        self._keys = Buckets(key, clock_seconds)

    def count(self, who: Principal) -> Counted:
        """A request that its key's bucket refuses takes nothing from the tenant's."""
        if who.role in _UNCOUNTED:
            return Counted()
        if not who.key_id:
            return Counted((self._tenants.take(who.tenant_id),))
        of_key = self._keys.take(who.key_id)
        if of_key.wait_seconds > 0:
            return Counted((of_key,))
        return Counted((self._tenants.take(who.tenant_id), of_key))
