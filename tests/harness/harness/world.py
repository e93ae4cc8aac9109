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

from harness.components import services
from harness.components.component import answers
from harness.components.services import SIP_ZONE
from harness.components.switch import CONFIGURATION, SwitchRun
from harness.layout import Layout
from harness.phones import Phones
from harness.process import NotReady, Process
from harness.show import Quiet, Show
from harness.tenant import Addresses, Tenant
from harness.until import until
from servicekit.kafka import ensure_topics, load_topics


class World:
    def __init__(self, layout: Layout) -> None:
        self.folder = layout.folder
        self.issuer = layout.issuer
        self.kafka = layout.kafka
        self.mongo = layout.mongo
        self.edge = layout.edge
        self.switches = layout.switches
        self.services = layout.services
        self.phones = Phones(self.folder / "phones", f"{self.edge.public_host}:{self.edge.ports.public}")
        self.components = {c.name: c for c in layout.components()}
        self._tenants: list[Tenant] = []

    @classmethod
    async def create(
        cls,
        name: str,
        *,
        switches: int = 1,
        spare_switches: int = 0,
        switch_configuration: Path = CONFIGURATION,
        calls_per_second: int | None = None,
        with_issuer: bool = False,
        door_port: int = 0,
    ) -> Self:
        """Folders, keys and ports; nothing runs yet. Spare switches, with their routers, are known as
        draining, and start when told so (`start_switch`). door_port: taken where it is free."""
        made = await Layout.create(
            name,
            switches,
            spare_switches,
            switch_configuration,
            calls_per_second,
            with_issuer=with_issuer,
            door_port=door_port,
        )
        return cls(made)

    @property
    def switch(self) -> SwitchRun:
        """The first one."""
        return self.switches[0]

    @property
    def touched(self) -> bool:
        """Whether anybody did anything here yet."""
        return bool(self._tenants)

    @property
    def waves(self) -> Sequence[Sequence[str]]:
        """What starts together, without what is spare."""
        switches = [run.name for run in self.switches if not run.spare]
        later = [run.name for run in self.services.values() if run.name != "sip-config" and not run.spare]
        issuer = ["issuer"] if "issuer" in self.components else []
        return (("mongo", "kafka", *issuer, *switches, "kamailio"), ("sip-config",), later)

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

    def tenant(self, tenant_id: str, role: str = "owner", *, through_door: bool = False) -> Tenant:
        """What a tenant can do, by REST and gRPC."""
        tenant = Tenant(tenant_id, self.token(tenant_id, role), self.addresses, through_door=through_door)
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
    calls_per_second: int | None = None,
    with_issuer: bool = False,
) -> AsyncIterator[World]:
    world = await World.create(
        name,
        switches=switches,
        spare_switches=spare_switches,
        switch_configuration=switch_configuration,
        calls_per_second=calls_per_second,
        with_issuer=with_issuer,
    )
    await world.up(show)
    try:
        yield world
    finally:
        await world.down()
