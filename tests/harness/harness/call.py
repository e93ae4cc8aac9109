"""make call: dials the demo that runs on this machine."""

from rich.console import Console

from harness.paths import fresh_run_folder
from harness.phones import phones
from harness.state import DemoState
from harness.tenant import Tenant
from harness.walk import Walk


async def call(console: Console, state: DemoState, number: str, caller: str, hold: float) -> bool:
    tenant = Tenant(state.tenant_id, state.token, state.addresses)
    try:
        async with phones(fresh_run_folder("call"), state.addresses.edge) as made:
            return await Walk(console, made, tenant, state).call(number, caller, hold)
    finally:
        await tenant.aclose()
