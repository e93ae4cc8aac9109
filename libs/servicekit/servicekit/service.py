"""What a service is given to build itself with: its settings, its tasks, its servers and its end.

Tasks live in the one TaskGroup of the process. One of the main duty (`spawn`) that crashes ends the process
with its reason; any other (`keep`) is started again and shows as degraded.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from servicekit.clock import Clock, SystemClock
from servicekit.drain import Drain, Waiting
from servicekit.keeping import KeptTask, Make
from servicekit.readiness import Readiness
from servicekit.settings import ApiSettings, ProcessSettings, ServerTlsSettings
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger
from servicekit.tls import ServerCertificate

if TYPE_CHECKING:
    # imported by whoever serves: a router takes hand-overs before
    import grpc.aio
    from fastapi import FastAPI

    from servicekit.auth import TokenVerifier
    from servicekit.grpc.server import GrpcServer
    from servicekit.http.server import HttpServer
    from servicekit.rates import RequestRates

S = TypeVar("S", bound=ProcessSettings)
T = TypeVar("T")

_log = logger(__name__)
_CANCEL_AGAIN = 2.0


class Service(Generic[S]):
    def __init__(self, name: str, settings: S, group: asyncio.TaskGroup, stack: AsyncExitStack) -> None:
        self.name = name
        self.settings = settings
        self.clock: Clock = SystemClock()
        self.readiness = Readiness()
        self.stack = stack
        self._group = group
        self._drain = Drain(self.clock)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._grpc: list[GrpcServer] = []
        self._http: list[tuple[HttpServer, asyncio.Task[None]]] = []
        metrics.gauges(names.DEGRADED, "check", self.readiness.degraded_readings)

    @cached_property
    def rates(self) -> "RequestRates":
        """What tenants and API keys may ask of this process, by REST and gRPC together."""
        from servicekit.rates import RequestRates  # noqa: PLC0415

        limits = self.settings.limits if isinstance(self.settings, ApiSettings) else None
        return RequestRates(limits)

    def spawn(self, coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """For the main duty: a crash ends the process with 1."""
        return self._started(self._reported(coro, name), name)

    def keep(self, make: Make, *, name: str) -> None:
        """For everything else: a crash is logged and told as degraded under `name`, and `make` is asked for a
        new coroutine after a pause (0.2 s, doubling up to 30 s)."""
        kept = KeptTask(name, make, self.clock)
        self.readiness.add_degraded(name, kept.problem)
        self._started(kept.run(), name)

    def _started(self, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = self._group.create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def on_drain(self, what: str, waiting: Waiting) -> None:
        """After SIGTERM the process waits, within its grace, until `waiting` answers None."""
        self._drain.add(what, waiting)

    async def serve_grpc(
        self,
        add: "Callable[[grpc.aio.Server], None]",
        names: Sequence[str],
        verifier: "TokenVerifier",
        for_nodes: Sequence[str] = (),
    ) -> int:
        """for_nodes: those of `names` that the role node reaches, and no other."""
        if not isinstance(self.settings, ApiSettings):
            raise TypeError("a process that serves gRPC has ApiSettings")
        from servicekit.grpc.server import GrpcServer  # noqa: PLC0415

        server = GrpcServer(verifier, for_nodes, rates=self.rates, proxies=self.settings.proxies)
        self.readiness.add_degraded("keys", verifier.problem)
        certificate = self._certificate(self.settings.grpc.tls, "KEEPLINE_GRPC__TLS")
        port = await server.start(self.settings.grpc.listen, add, names, certificate)
        self._grpc.append(server)
        _log.info("serving gRPC", port=port, services=list(names))
        return port

    async def serve_http(self, app: "FastAPI") -> int:
        from servicekit.http.server import HttpServer  # noqa: PLC0415

        app.state.problems = self.settings.http.problems
        if isinstance(self.settings, ApiSettings):
            app.state.proxies = self.settings.proxies
        certificate = self._certificate(self.settings.http.tls, "KEEPLINE_HTTP__TLS")
        server = HttpServer(app, self.settings.http.listen, certificate)
        task = self.spawn(server.run(), name="http server")
        self._http.append((server, task))
        await server.started()
        _log.info("serving HTTP", port=server.port)
        return server.port

    def _certificate(self, settings: ServerTlsSettings, name: str) -> ServerCertificate | None:
        if settings.cert_file is None:
            return None
        certificate = ServerCertificate(settings, name)
        self.readiness.add_degraded(f"certificate of {name}", certificate.problem)
        return certificate

    async def drain(self) -> None:
        """Not ready any more, then wait for what `on_drain` names, while everything still runs."""
        self.readiness.drain()
        for server in self._grpc:
            await server.drain()
        await self._drain.wait(self.settings.drain_seconds)

    async def stop(self, grace: float) -> None:
        """Ends the servers, letting calls under way finish, then every task."""
        for http, _ in self._http:
            http.stop(grace)
        async with asyncio.TaskGroup() as ending:
            for server in self._grpc:
                ending.create_task(server.stop(grace))
            for _, task in self._http:
                ending.create_task(_ended(task))
        await self._cancel_tasks()

    async def _cancel_tasks(self) -> None:
        """Libraries lose a cancellation now and then, so it is said again, and aloud, until it is heard."""
        here = asyncio.current_task()
        while left := {task for task in self._tasks if task is not here}:
            for task in left:
                task.cancel()
            _, deaf = await asyncio.wait(left, timeout=_CANCEL_AGAIN)
            if deaf:
                _log.warning("tasks do not end", tasks=sorted(task.get_name() for task in deaf))

    async def _reported(self, coro: Coroutine[Any, Any, T], name: str) -> T:
        try:
            return await coro
        except Exception as error:
            _log.critical("a task crashed, ending the process", task=name, reason=repr(error), exc_info=error)
            raise


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
