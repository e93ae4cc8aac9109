"""Gives the prober its share whenever what has to be probed, or who probes, has changed."""

from edge_agent.app.endpoints import Endpoints
from edge_agent.app.probing import Probing
from edge_agent.domain.probe import ProbedEndpoint


class ProbeShare:
    def __init__(self, endpoints: Endpoints, probing: Probing) -> None:
        self._endpoints = endpoints
        self._probing = probing

    async def run(self) -> None:
        while True:
            known = self._endpoints.endpoints
            probed = {ProbedEndpoint(one.host, one.port, one.transport.value) for one in known}
            self._probing.share(probed, {edge.id for edge in self._endpoints.edges})
            self._endpoints.moved.clear()
            await self._endpoints.moved.wait()
