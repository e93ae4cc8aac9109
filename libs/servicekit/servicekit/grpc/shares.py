"""How many streams one caller, and all together, may hold open at a server.

A tenant that has its share is refused further ones. Of a node the newest count: an older one may be the rest
of a connection that broke without a word, and a node must always be able to come back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from servicekit.auth import Role
from servicekit.auth.principal import Principal, principal
from servicekit.errors import PreconditionFailed, TooMany
from servicekit.grpc.around import Around, Context, Rpc


@dataclass(frozen=True, slots=True)
class Most:
    """Streams at once. Nodes have one each, and another while they come back."""

    all: int = 2000
    of_tenant: int = 100
    without_token: int = 100
    """Health and reflection."""
    of_node: int = 2


class Shares(Around):
    """Further in than Tokens: it asks who calls."""

    def __init__(self, most: Most) -> None:
        self._most = most
        # oldest first
        self._open: dict[str, list[asyncio.Task[Any]]] = {}
        self._replaced: set[asyncio.Task[Any]] = set()
        self._count = 0

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if not rpc.streams_response or task is None:
            yield
            return
        whose = self._taken(None if rpc.internal else principal(), task)
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._replaced:
                raise
            task.uncancel()  # the cancellation was ours, the client gets a proper end
            raise PreconditionFailed(
                "stream_replaced",
                "newer streams of this node took the place of this one",
                hint="give each node an id and a token of its own",
            ) from None
        finally:
            self._left(whose, task)

    def _taken(self, who: Principal | None, task: asyncio.Task[Any]) -> str:
        whose, most, node = self._share(who)
        own = [one for one in self._open.get(whose, ()) if one not in self._replaced]
        if node and len(own) >= most:
            self._replaced.add(own[0])
            own[0].cancel()
        elif not node and len(own) >= most:
            raise _too_many(f"{whose} has {len(own)} streams open here")
        elif self._count >= self._most.all:
            raise _too_many(f"{self._count} streams are open here")
        self._open.setdefault(whose, []).append(task)
        self._count += 1
        return whose

    def _share(self, who: Principal | None) -> tuple[str, int, bool]:
        """Whose streams count together, how many there may be, and whether it is a node's."""
        if who is None:
            return "nobody", self._most.without_token, False
        if who.role is Role.NODE:
            return f"node {who.subject}", self._most.of_node, True
        return f"tenant {who.tenant_id}", self._most.of_tenant, False

    def _left(self, whose: str, task: asyncio.Task[Any]) -> None:
        own = self._open[whose]
        own.remove(task)
        if not own:
            del self._open[whose]
        self._replaced.discard(task)
        self._count -= 1


def _too_many(why: str) -> TooMany:
    return TooMany("streams_too_many", why, hint="close streams that are not read, or ask another replica")
