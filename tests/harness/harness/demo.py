"""make demo: a world, provisioned as a tenant would do it, and a real call through it."""

import asyncio
import os
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace

from rich.console import Console

from harness.front_desk import FrontDesk
from harness.phones import AGENT, PROVIDER
from harness.provider.served import provider_page
from harness.show import Lines, Live, Show, on_terminal
from harness.state import FILE, DemoState
from harness.tenant import Tenant
from harness.walk import Walk
from harness.watch import Watch
from harness.world import World
from switchlink.testing.free_ports import free_port

TENANT = "t_demo"
NUMBER = "020 7946 0123"
CALLER = "+442071838750"
DOOR_PORT = 8080
PROVIDER_PORT = 8090
_NEW_TOKEN_SECONDS = 1800.0


async def demo(console: Console, *, stay: bool) -> bool:
    """True when the call went as it should. stay: keeps the world until cancelled."""
    began = time.monotonic()
    world = await World.create("demo", switches=2, with_issuer=True, door_port=DOOR_PORT)
    _say(console, f"Keepline on this machine: {world.services['door'].url} (nothing leaves loopback)")
    try:
        await _up(world, console)
        state = await _provision(world)
        state.write()
        console.print(f"Everything is up after {time.monotonic() - began:.0f} s. A call:\n")
        tenant = world.tenant(TENANT, through_door=True)
        good = await Walk(console, world.phones, tenant, state).answered(state.number, CALLER)
        if stay:
            page = provider_page(world.phones, state.agent_port, state.number, state.domain, PROVIDER_PORT)
            async with page as address:
                state = replace(state, provider_page=address)
                state.write()
                _tell(console, world, state)
                with suppress(asyncio.CancelledError):
                    await _stay(console, world, state)
                console.print("\nStopping.")
        state.forget()
        return good
    finally:
        await world.down()


async def _up(world: World, console: Console) -> None:
    with ExitStack() as stack:
        show: Show = stack.enter_context(Live(console)) if on_terminal() else Lines(sys.stdout)
        await world.up(show)


async def _stay(console: Console, world: World, state: DemoState) -> None:
    """Until cancelled: what ends is started again, and the token in the file is always a good one."""
    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(world, lambda text: _say(console, text)).run())
        group.create_task(_renew(state))


async def _renew(state: DemoState) -> None:
    while True:
        await asyncio.sleep(_NEW_TOKEN_SECONDS)
        state.with_new_token().write()


async def _provision(world: World) -> DemoState:
    tenant: Tenant = world.tenant(TENANT, through_door=True)
    probed = await world.phones.probed(PROVIDER)
    trunk = await tenant.create_trunk(
        "Demo Telecom",
        domain_label="demo",
        endpoints=[{"host": PROVIDER, "port": probed.port, "transport": "udp"}],
    )
    number = await tenant.create_number(NUMBER, trunk["id"], "Front desk")
    agent_port = free_port(AGENT)
    # open as long as this process: the agent itself is there for one call at a time
    desk = await FrontDesk.open((AGENT, agent_port))
    agent = await tenant.create_sip_agent("Receptionist", f"sip:desk@{AGENT}:{desk.port};transport=udp")
    await tenant.create_plan("Front desk", [number["number"]], agent["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], number["number"])
    return DemoState(
        pid=os.getpid(),
        tenant_id=TENANT,
        token=tenant.token,
        issuer=world.issuer.issuer,
        keys_folder=str(world.issuer.folder),
        trunk_id=trunk["id"],
        domain=trunk["domain"],
        number=number["number"],
        agent_port=agent_port,
        addresses=world.addresses,
        provider_page="",
    )


def _tell(console: Console, world: World, state: DemoState) -> None:
    door = world.services["door"]
    _say(console, "\nIt stays up until Ctrl-C.")
    _say(console, f"  in a browser     {door.url}   (tenant {TENANT}, any role)")
    _say(console, f"  demo provider    {state.provider_page}   places calls at the press of a button")
    _say(console, f"  REST             {door.url}/api/v1/...   described at {door.url}/docs")
    _say(console, f"  gRPC             {door.grpc} (in clear)")
    for name, run in world.services.items():
        if run.grpc and name != "door":
            _say(console, f"  {name:<16} {run.url}   gRPC {run.grpc}")
    _say(console, f"  issuer           {world.issuer.issuer} (OpenID Connect, client keepline-web)")
    _say(console, f"  Kafka            {world.kafka.bootstrap}")
    _say(console, f"  the edge         {state.addresses.edge} (SIP; udp and tcp)")
    _say(console, f"All of it, with a token that is renewed: {FILE}; logs: {world.folder}")
    _say(
        console,
        "A token of the demo's tenant (Authorization: Bearer ...), good for an hour; make token prints",
    )
    _say(console, "another one:")
    _say(console, f"  {state.token}")
    _say(console, "In another terminal:")
    _say(console, "  make call                        the same call again")
    _say(console, "  make call NUMBER=+442079460999   a number that nobody holds")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True, markup=False)
