"""A kept number of a tenant of its own: what most stories start with."""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.phones import Agent, Caller, Outcome
from harness.tenant import Body, Tenant
from harness.world import World

_numbers = itertools.count(100)


@dataclass(frozen=True, slots=True)
class Line:
    world: World
    tenant: Tenant
    trunk: Body
    number: str
    plan: Body

    @property
    def domain(self) -> str:
        return str(self.trunk["domain"])

    async def dial(
        self,
        scenario: str = "caller_is_answered",
        *,
        hold: float = 1.0,
        words: Mapping[str, str] | None = None,
    ) -> Caller:
        return await self.world.phones.dial(self.number, self.domain, scenario, hold=hold, words=words)

    async def refused(self, status: int, media: str = "0 101") -> Outcome:
        return await self.world.phones.refused(self.number, self.domain, status, media=media)

    async def last_call(self) -> Body:
        """The newest record of this line, once its call has ended."""
        return await self.tenant.last_call(self.trunk["id"])


async def kept_number(
    world: World,
    *agents: Agent | str,
    cidrs: Sequence[str] = ("127.0.1.0/24",),
    ring_seconds: int = 20,
    **plan: object,
) -> Line:
    """A trunk, a number and a plan that names these agents (or SIP URIs) in order; in force everywhere."""
    serial = next(_numbers)
    tenant = world.tenant(f"t_{os.getpid()}_{serial}")
    trunk = await tenant.create_trunk(f"Provider {serial}", cidrs, domain_label=f"line{serial}")
    number = (await tenant.create_number(f"020 7946 0{serial}", trunk["id"]))["number"]
    uris = [agent.uri if isinstance(agent, Agent) else agent for agent in agents]
    made = [
        await tenant.create_sip_agent(f"Agent {place}", uri, ring_seconds)
        for place, uri in enumerate(uris, 1)
    ]
    fallback = {"fallback_agent_id": made[1]["id"]} if len(made) > 1 else {}
    written = await tenant.create_plan(f"Plan {serial}", [number], made[0]["id"], **fallback, **plan)
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], number, legs=len(made))
    return Line(world, tenant, trunk, number, written)
