"""The streams that are open at a server, of gRPC or HTTP: how many one caller may hold, and what ends them.

A tenant that has its share is refused further ones. Of a node the newest count: an older one may be the rest
of a connection that broke without a word, and a node must always be able to come back. A stream ends when
what was shown for it ends, and when the server stops; the client is told why.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from servicekit.auth import Principal, Role
from servicekit.auth.rights import Rights
from servicekit.errors import PreconditionFailed, Problem, TooMany, Unauthenticated, Unavailable

Task = asyncio.Task[Any]


@dataclass(frozen=True, slots=True)
class Most:
    """Streams at once. Nodes have one each, and another while they come back."""

    all: int = 2000
    of_tenant: int = 100
    of_key: int = 50
    """Of one API key, within its tenant's."""
    without_token: int = 100
    """Health and reflection."""
    of_node: int = 2


class Streams:
    def __init__(self, rights: Rights, most: Most) -> None:
        self._rights = rights
        self._most = most
        # oldest first
        self._open: dict[str, list[Task]] = {}
        self._why: dict[Task, Problem] = {}
        self._of_key: Counter[str] = Counter()
        self._count = 0
        self._stopping = False

    def __len__(self) -> int:
        return self._count

    def stop(self) -> None:
        self._stopping = True
        for tasks in self._open.values():
            for task in tasks:
                self._end(task, _stopping())

    @asynccontextmanager
    async def held(self, who: Principal | None) -> AsyncIterator[None]:
        """For the current task, which is the stream's own. who: None without a token. Raises Problem."""
        task = asyncio.current_task()
        assert task is not None
        if self._stopping:
            raise _stopping()
        whose = self._taken(who, task)
        watched = None if who is None else self._rights.watch(who, lambda: self._end(task, _over()))
        try:
            yield
        except asyncio.CancelledError:
            why = self._why.get(task)
            if why is None:
                raise
            task.uncancel()  # the cancellation was ours, the client gets a proper end
            raise why from None
        finally:
            if watched is not None:
                self._rights.forget(watched)
            self._left(whose, task)
            if who is not None and who.key_id:
                self._of_key -= Counter((who.key_id,))  # forgets what is at 0

    def _end(self, task: Task, why: Problem) -> None:
        if task not in self._why:
            self._why[task] = why
            task.cancel()

    def _taken(self, who: Principal | None, task: Task) -> str:
        whose, most, node = self._share(who)
        own = [one for one in self._open.get(whose, ()) if one not in self._why]
        if node and len(own) >= most:
            self._end(own[0], _replaced())
        elif not node and len(own) >= most:
            raise _too_many(f"{whose} has {len(own)} streams open here")
        elif who is not None and self._of_key[who.key_id] >= self._most.of_key:
            raise _too_many(f"the API key {who.key_id} has {self._most.of_key} streams open here")
        elif self._count >= self._most.all:
            raise _too_many(f"{self._count} streams are open here")
        self._open.setdefault(whose, []).append(task)
        self._count += 1
        if who is not None and who.key_id:
            self._of_key[who.key_id] += 1
        return whose

    def _share(self, who: Principal | None) -> tuple[str, int, bool]:
        """Whose streams count together, how many there may be, and whether it is a node's."""
        if who is None:
            return "nobody", self._most.without_token, False
        if who.role is Role.NODE:
            return f"node {who.subject}", self._most.of_node, True
        return f"tenant {who.tenant_id}", self._most.of_tenant, False

    def _left(self, whose: str, task: Task) -> None:
        own = self._open[whose]
        own.remove(task)
        if not own:
            del self._open[whose]
        self._why.pop(task, None)
        self._count -= 1


def _stopping() -> Problem:
    return Unavailable("server_stopping", "this server is stopping", hint="connect again")


def _over() -> Problem:
    return Unauthenticated(
        "token_expired", "what was shown for this stream is good no longer", hint="ask for a new one"
    )


def _replaced() -> Problem:
    return PreconditionFailed(
        "stream_replaced",
        "newer streams of this node took the place of this one",
        hint="give each node an id and a token of its own",
    )


def _too_many(why: str) -> TooMany:
    return TooMany("streams_too_many", why, hint="close streams that are not read, or ask another replica")
