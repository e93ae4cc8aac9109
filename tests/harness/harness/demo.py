"""make demo: a world, provisioned as a tenant would do it, and a real call through it."""

import asyncio
import os
import sys
import time
from contextlib import ExitStack, suppress

from rich.console import Console

from harness.phones import AGENT, PROVIDER
from harness.ports import free_port
from harness.show import Lines, Live, Show, on_terminal
from harness.state import DemoState
from harness.tenant import Tenant
from harness.walk import Walk
from harness.world import World

TENANT = "t_demo"
NUMBER = "020 7946 0123"
CALLER = "+442071838750"


async def demo(console: Console, *, stay: bool) -> bool:
    """True when the call went as it should. stay: keeps the world until cancelled."""
    began = time.monotonic()
    console.print("Starting Keepline on this machine; nothing leaves loopback.")
    world = await World.create("demo", switches=2, with_issuer=True)
    try:
        await _up(world, console)
        state = await _provision(world)
        state.write()
        console.print(f"Everything is up after {time.monotonic() - began:.0f} s. A call:\n")
        good = await Walk(console, world.phones, world.tenant(TENANT), state).call(state.number, CALLER)
        if stay:
            _tell(console, world, state)
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            console.print("\nStopping.")
        state.forget()
        return good
    finally:
        await world.down()


async def _up(world: World, console: Console) -> None:
    with ExitStack() as stack:
        show: Show = stack.enter_context(Live(console)) if on_terminal() else Lines(sys.stdout)
        await world.up(show)


async def _provision(world: World) -> DemoState:
    tenant: Tenant = world.tenant(TENANT)
    probed = await world.phones.probed(PROVIDER)
    trunk = await tenant.create_trunk(
        "Demo Telecom",
        domain_label="demo",
        endpoints=[{"host": PROVIDER, "port": probed.port, "transport": "udp"}],
    )
    number = await tenant.create_number(NUMBER, trunk["id"], "Front desk")
    agent_port = free_port(AGENT)
    agent = await tenant.create_sip_agent("Receptionist", f"sip:desk@{AGENT}:{agent_port};transport=udp")
    await tenant.create_plan("Front desk", [number["number"]], agent["id"])
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], number["number"])
    return DemoState(
        pid=os.getpid(),
        tenant_id=TENANT,
        token=tenant.token,
        trunk_id=trunk["id"],
        domain=trunk["domain"],
        number=number["number"],
        agent_port=agent_port,
        addresses=world.addresses,
    )


def _tell(console: Console, world: World, state: DemoState) -> None:
    console.print("\nIt stays up until Ctrl-C. REST, with its docs:")
    for name, run in world.services.items():
        if run.grpc:
            console.print(f"  {name:<15} {run.url}/docs    gRPC {run.grpc}", highlight=False, soft_wrap=True)
    console.print(
        f"  {'issuer':<15} {world.issuer.issuer} (OpenID Connect, client keepline-web)", highlight=False
    )
    console.print("A token of the demo's tenant (Authorization: Bearer ...), good for an hour:")
    console.print(f"  {state.token}", highlight=False, soft_wrap=True)
    console.print(f"Logs are below {world.folder}. In another terminal:", highlight=False)
    console.print("  make call                        the same call again", highlight=False)
    console.print("  make call NUMBER=+442079460999   a number that nobody holds", highlight=False)
