"""Takes hand-overs from the switch beside it, and stays up whatever one of them does.

FreeSWITCH connects without a time-out, and no guard of the dialplan reaches a thread that hangs in
connect(): hence loopback only and a long accept queue. A decision is made in memory, so `decide` is a
plain function; while it runs nothing else does.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Self

from .conversation import Conversation
from .values import multiset

BACKLOG = 4096
DEADLINE_SECONDS = 1.5  # the dialplan's guard hangs up after 1.0 to 2.0 s
MOST_AT_ONCE = 2048

Channel = Mapping[str, str]
Decide = Callable[[Channel], Mapping[str, str] | None]


class HandOverServer:
    """`decide` gets the channel's headers (`Unique-ID`, `variable_sip_h_X-...`, decoded) and gives the
    variables to set (see values.py), or None: the switch goes on at once without any.

    A decide that raises, or gives what may not be set, costs its call the answer and is logged. `ended`
    counts conversations by how they ended: decided, left (None), failed (decide raised), late (the
    deadline), garbage, gone (the switch hung up first), full.
    """

    def __init__(
        self,
        decide: Decide,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        backlog: int = BACKLOG,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"hand-overs are taken on loopback only, not on {host}")
        self._decide = decide
        self._host, self._port = host, port
        self._deadline_seconds = deadline_seconds
        self._backlog = backlog
        self._most_at_once = most_at_once
        self._open: set[Conversation] = set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._server: asyncio.Server | None = None
        self.ended: Counter[str] = Counter()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; raises RuntimeError when it does not."""
        if self._server is None:
            raise RuntimeError("no hand-overs are taken now")
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    @property
    def listens(self) -> bool:
        return self._server is not None

    @property
    def under_way(self) -> int:
        return len(self._open)

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._conversation, self._host, self._port, backlog=self._backlog
        )

    def refuse_new(self) -> None:
        """Draining: nobody listens any more, so that the switch goes to the next router of its list.

        Connections that waited to be accepted are reset by the kernel: the dialplan asks once more.
        """
        if self._server is not None:
            self._server.close()
            self._server = None

    async def drained(self) -> None:
        """Returns when no conversation is under way; each ends by its deadline."""
        await self._nobody.wait()

    async def aclose(self) -> None:
        self.refuse_new()
        for conversation in list(self._open):
            conversation.drop("gone")
        await self._nobody.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def began(self, conversation: Conversation) -> None:
        self._open.add(conversation)
        self._nobody.clear()
        if len(self._open) > self._most_at_once:
            conversation.drop("full")

    def ended_one(self, conversation: Conversation, how: str) -> None:
        self._open.discard(conversation)
        self.ended[how] += 1
        if not self._open:
            self._nobody.set()

    def _conversation(self) -> Conversation:
        return Conversation(self._answer, self, self._deadline_seconds)

    def _answer(self, channel: Channel) -> str | None:
        variables = self._decide(channel)
        return None if variables is None else multiset(variables)
