"""The gRPC server of a process.

It serves as soon as it is bound; health tells NOT_SERVING while the process drains, then calls that
are under way may finish within the grace.
"""

from collections.abc import Callable, Sequence
from typing import cast

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from servicekit.auth import TokenVerifier
from servicekit.auth.origin import Network
from servicekit.auth.rights import Rights
from servicekit.grpc import options, reflection
from servicekit.grpc.calls import Calls
from servicekit.grpc.handlers import Handlers
from servicekit.open_streams import Most, Streams
from servicekit.rates import RequestRates
from servicekit.settings import WrongSetting, host_port
from servicekit.settings.groups import LOOPBACK
from servicekit.tls import ServerCertificate

SETTING = "KEEPLINE_GRPC__LISTEN"
MOST_RPCS = 4000
"""Under way at once, with or without a token; gRPC refuses more with RESOURCE_EXHAUSTED."""


class GrpcServer:
    def __init__(
        self,
        verifier: TokenVerifier,
        for_nodes: Sequence[str] = (),
        most: Most | None = None,
        rates: RequestRates | None = None,
        proxies: Sequence[Network] = LOOPBACK,
    ) -> None:
        """for_nodes: full names of the services that the role node reaches, and no other; reflection does not
        show them. rates: of the process. proxies: whose X-Forwarded-For is believed."""
        self._for_nodes = frozenset(for_nodes)
        self._streams = Streams(Rights(verifier), most or Most())
        self._calls = Calls(verifier, for_nodes, rates or RequestRates(), proxies)
        self._server = grpc.aio.server(options=options.SERVER, maximum_concurrent_rpcs=MOST_RPCS)
        self._health = health.HealthServicer()
        self._names: tuple[str, ...] = ()

    async def start(
        self,
        listen: str,
        add: Callable[[grpc.aio.Server], None],
        names: Sequence[str],
        certificate: ServerCertificate | None = None,
    ) -> int:
        """Binds and serves; `names` are the full names of the services that `add` adds."""
        # what adds services asks for a server and uses two methods of it
        server = cast(grpc.aio.Server, Handlers(self._server, self._calls, self._streams))
        add(server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        self._names = ("", *names)
        for name in self._names:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        health_name = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
        reflection.add(server, [name for name in (*names, health_name) if name not in self._for_nodes])
        try:
            bound = self._bind(listen, certificate)
        except RuntimeError as error:
            raise WrongSetting(SETTING, f"cannot listen on {listen}; is the port in use?") from error
        await self._server.start()
        return bound

    def _bind(self, listen: str, certificate: ServerCertificate | None) -> int:
        host, port = host_port(listen)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if certificate is None:
            return self._server.add_insecure_port(address)
        return self._server.add_secure_port(address, certificate.grpc_credentials())

    async def drain(self) -> None:
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace: float) -> None:
        self._streams.stop()
        await self._server.stop(grace)
