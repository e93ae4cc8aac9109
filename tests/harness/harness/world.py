"""A whole Keepline on this machine: real components as child processes, on free ports, data in one folder.

They start in waves, each ready before the next one begins, and stop in reverse. Whatever ends this process,
its children end too (see leash.py).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from harness.components import kafka, kamailio, mongo, services, switch
from harness.components.component import Component, answers, listens
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.components.services import SIP_ZONE, Around, ServiceRun
from harness.components.switch import CONFIGURATION, SwitchRun
from harness.paths import fresh_run_folder
from harness.phones import Phones
from harness.ports import free_port
from harness.process import NotReady, Process
from harness.show import Quiet, Show
from harness.tenant import Addresses, Tenant
from harness.until import until
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import ensure_topics, load_topics
from switchlink.freeswitch import Address
from switchlink.kamailio_run import KamailioRun

_NODE_TOKEN_SECONDS = 7 * 86400


class World:
    def __init__(
        self,
        *,
        folder: Path,
        issuer: DevIssuer,
        broker: Kafka,
        database: Mongo,
        edge: KamailioRun,
        switches: Sequence[SwitchRun],
        runs: dict[str, ServiceRun],
    ) -> None:
        self.folder = folder
        self.issuer = issuer
        self.kafka = broker
        self.mongo = database
        self.edge = edge
        self.switches = switches
        self.services = runs
        self.phones = Phones(folder / "phones", f"{edge.public_host}:{edge.ports.public}")
        self.components = {c.name: c for c in self._components()}
        self._tenants: list[Tenant] = []

    @classmethod
    async def create(
        cls,
        name: str,
        *,
        ping_interval: int = 1,
        switches: int = 1,
        spare_switches: int = 0,
        switch_configuration: Path = CONFIGURATION,
    ) -> Self:
        """Folders, keys and ports; nothing runs yet. Spare switches, with their routers, are known as
        draining, and start when told so (`start_switch`)."""
        folder = fresh_run_folder(name)
        issuer = DevIssuer.create(folder / "keys")
        node_token = folder / "keys" / "edge1.token"
        node_token.touch(0o600)
        node_token.write_text(issuer.token("platform", "node", "edge1", _NODE_TOKEN_SECONDS))
        broker = await kafka.create(folder / "kafka")
        database = mongo.create(folder / "mongo")
        edge = kamailio.edge_run(folder / "edge", ping_interval)
        inner = Address(edge.inner_host, edge.ports.inner)
        all_switches = switches + spare_switches
        made = [
            switch.switch_run(
                folder / f"switch-{number}",
                inner,
                switch_configuration,
                tuple(Address("127.0.0.1", free_port()) for _ in services.routers_of(number)),
                number=number,
                of=all_switches,
                spare=number > switches,
            )
            for number in range(1, all_switches + 1)
        ]
        around = Around(
            folder / "services",
            database.uri,
            f"keepline_{folder.name.replace('-', '_')}",
            broker.bootstrap,
            issuer.jwks_file,
            node_token,
            edge,
            made,
        )
        return cls(
            folder=folder,
            issuer=issuer,
            broker=broker,
            database=database,
            edge=edge,
            switches=made,
            runs=services.service_runs(around),
        )

    def _components(self) -> list[Component]:
        broker, database = self.kafka, self.mongo
        return [
            Component(
                "mongo",
                database.process,
                listens("127.0.0.1", database.port),
                says=f"the database: {database.uri}",
            ),
            Component(
                "kafka",
                broker.process,
                listens("127.0.0.1", broker.port),
                says=f"the broker: {broker.bootstrap}",
            ),
            *(switch.create(run) for run in self.switches),
            kamailio.create(self.edge),
            *(services.create(run, self.folder / "services") for run in self.services.values()),
        ]

    @property
    def switch(self) -> SwitchRun:
        """The first one."""
        return self.switches[0]

    @property
    def waves(self) -> Sequence[Sequence[str]]:
        """What starts together, without what is spare."""
        switches = [run.name for run in self.switches if not run.spare]
        later = [run.name for run in self.services.values() if run.name != "sip-config" and not run.spare]
        return (("mongo", "kafka", *switches, "kamailio"), ("sip-config",), later)

    async def start_switch(self, number: int) -> None:
        """A switch with its routers."""
        async with asyncio.TaskGroup() as group:
            for name in (self.switches[number - 1].name, *services.routers_of(number)):
                group.create_task(self.start(name))

    async def stop_switch(self, number: int) -> None:
        for name in (*services.routers_of(number), self.switches[number - 1].name):
            await self.stop(name)

    async def up(self, show: Show | None = None) -> None:
        """All of it, or NotReady that names the component; then nothing is left running."""
        show = show or Quiet()
        try:
            for wave in self.waves:
                async with asyncio.TaskGroup() as group:
                    for name in wave:
                        group.create_task(self._up(name, show))
        except BaseException as error:
            await self.down()
            if isinstance(error, BaseExceptionGroup) and (found := error.subgroup(NotReady)) is not None:
                raise found.exceptions[0] from None
            raise

    async def _up(self, name: str, show: Show) -> None:
        component = self.components[name]
        show.starts(name)
        began = time.monotonic()
        try:
            await self.start(name)
        except NotReady:
            show.failed(name)
            raise
        show.ready(name, component.says, time.monotonic() - began)

    async def down(self) -> None:
        await self.phones.close()
        for tenant in self._tenants:
            await tenant.aclose()
        self._tenants.clear()
        spare = [run.name for run in self.services.values() if run.spare]
        spare += [run.name for run in self.switches if run.spare]
        for wave in (spare, *(wave[::-1] for wave in self.waves[::-1])):
            for name in wave:
                await self.components[name].stop()

    async def start(self, name: str) -> None:
        """Starts one component, again after a stop or a kill, and waits until it is ready."""
        await self.components[name].start()
        if name == "kafka":
            await ensure_topics(self.kafka.bootstrap, load_topics().values())

    async def start_alone(self, name: str) -> None:
        """Starts a service that cannot be ready, because something else is away: waits until it serves."""
        component = self.components[name]
        process = self._process(name)
        await process.start()
        serves = answers(self.services[name].url, ready=False)

        async def is_up() -> bool:
            return not await serves()

        await process.ready(is_up, component.within, "it serves")

    async def ready(self, name: str) -> None:
        await self.components[name].ready()

    async def stop(self, name: str) -> None:
        await self.components[name].stop()

    async def kill(self, name: str) -> None:
        await self.components[name].kill()

    def pause(self, name: str) -> None:
        self._process(name).pause()

    def resume(self, name: str) -> None:
        self._process(name).resume()

    def pid(self, name: str) -> int:
        return self._process(name).pid

    def supervised(self, name: str) -> int:
        """The pid of a supervised service: what is done to it, its supervisor sees."""
        supervisor = self._process(name).pid
        (child,) = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        return int(child)

    def logs(self, name: str) -> str:
        return self._process(name).logs()

    def token(self, tenant_id: str, role: str = "owner") -> str:
        return self.issuer.token(tenant_id, role)

    def tenant(self, tenant_id: str, role: str = "owner") -> Tenant:
        """What a tenant can do, by REST and gRPC."""
        tenant = Tenant(tenant_id, self.token(tenant_id, role), self.addresses)
        self._tenants.append(tenant)
        return tenant

    async def order_switch(self, switch_id: str, state: str) -> None:
        """As an operator; waits until every edge holds it. state: "active" or "draining"."""
        operator = self.tenant("platform", "operator")
        await operator.order_switch(switch_id, state)
        await until(operator.nodes_are_current, 20, f"{switch_id} {state} at every edge")

    @property
    def addresses(self) -> Addresses:
        http = {name: run.url for name, run in self.services.items()}
        grpc = {name: run.grpc for name, run in self.services.items() if run.grpc}
        watching = {run.id: str(run.watch_dir / "watching") for run in self.switches}
        return Addresses(http, grpc, self.kafka.bootstrap, self.phones.edge, SIP_ZONE, watching)

    def _process(self, name: str) -> Process:
        process = self.components[name].process
        if process is None:
            raise RuntimeError(f"{name} is not ours to touch")
        return process


@asynccontextmanager
async def running_world(
    name: str,
    show: Show | None = None,
    *,
    switches: int = 1,
    spare_switches: int = 0,
    switch_configuration: Path = CONFIGURATION,
) -> AsyncIterator[World]:
    world = await World.create(
        name,
        switches=switches,
        spare_switches=spare_switches,
        switch_configuration=switch_configuration,
    )
    await world.up(show)
    try:
        yield world
    finally:
        await world.down()
