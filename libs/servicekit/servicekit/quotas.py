"""How many of a thing one tenant may have.

Who creates one counts first, one at a time for a tenant. Each process does so for itself: several of them
may together exceed a quota by one each.
"""

import asyncio
from zlib import crc32

from servicekit.errors import QuotaReached

_LOCKS = 64


class TenantLocks:
    """A fixed number of locks; tenants share one by chance."""

    def __init__(self) -> None:
        self._locks = [asyncio.Lock() for _ in range(_LOCKS)]

    def of(self, tenant_id: str) -> asyncio.Lock:
        return self._locks[crc32(tenant_id.encode()) % _LOCKS]


def check_quota(what: str, has: int, most: int, more: int = 1) -> None:
    """`what`: "trunks"; the code is "quota_trunks". Raises QuotaReached when there is no room for `more`."""
    if has + more > most:
        detail = f"you have {has} {what}, {most} are allowed"
        hint = f"delete {what} that you do not use, or ask the operator for more"
        raise QuotaReached(f"quota_{what}", detail, hint=hint)
