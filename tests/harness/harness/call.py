"""make call: dials the demo that runs on this machine."""

import asyncio
import re

from rich.console import Console

from harness.components.component import answers, listens
from harness.paths import fresh_run_folder
from harness.phones import phones
from harness.state import DemoState
from harness.tenant import Addresses, Tenant
from harness.walk import Walk
from servicekit.settings import host_port

_NUMBERED = re.compile(r"-\d+$")


async def call(console: Console, state: DemoState, number: str, caller: str, hold: float) -> bool:
    missing = await away(state.addresses)
    for sentence in missing:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    if missing:
        console.print("The demo starts again what ended: try once more, or start it anew with make demo.")
        return False
    fresh = state.with_new_token()
    tenant = Tenant(fresh.tenant_id, fresh.token, fresh.addresses, through_door=True)
    try:
        async with phones(fresh_run_folder("call"), state.addresses.edge) as made:
            return await Walk(console, made, tenant, fresh).call(number, caller, hold)
    finally:
        await tenant.aclose()


async def away(addresses: Addresses) -> list[str]:
    """A sentence for each kind of service of which none serves, and for the broker."""
    names = list(addresses.http)
    asked = [answers(addresses.http[name], ready=False)() for name in names]
    found = dict(zip(names, await asyncio.gather(*asked), strict=True))
    kinds: dict[str, list[str]] = {}
    for name, reason in found.items():
        kinds.setdefault(_NUMBERED.sub("", name), []).append(reason)
    sentences = [f"{kind} is away: {reasons[0]}." for kind, reasons in kinds.items() if all(reasons)]
    broker = await listens(*host_port(addresses.kafka))()
    return [*sentences, f"Kafka is away: {broker}."] if broker else sentences
