"""What has to be probed, and which edges share it out; whoever probes asks here and waits for `moved`."""

import asyncio
from collections.abc import Sequence

from edge_agent.domain.resources import Edge, Endpoint


class Endpoints:
    def __init__(self) -> None:
        self.edges: tuple[Edge, ...] = ()
        self.endpoints: tuple[Endpoint, ...] = ()
        self.moved = asyncio.Event()

    def know(self, edges: Sequence[Edge], endpoints: Sequence[Endpoint]) -> None:
        if (tuple(edges), tuple(endpoints)) != (self.edges, self.endpoints):
            self.edges, self.endpoints = tuple(edges), tuple(endpoints)
            self.moved.set()
