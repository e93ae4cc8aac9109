"""Who would answer? The same `route` as for a real call; nobody is called."""

from collections.abc import Callable
from dataclasses import dataclass

from call_router.domain.explain import Explained, explain
from call_router.domain.route import Call, route
from call_router.domain.table import RoutingTable
from servicekit.clock import Clock
from servicekit.refusals import invalid
from siptypes.faults import Fault

MAX_WRITTEN = 64


@dataclass(frozen=True, slots=True)
class DryRun:
    table: RoutingTable
    clock: Clock
    chance: Callable[[], float]

    def route(self, tenant_id: str, trunk_id: str, called: str, caller: str) -> Explained:
        fields = {"trunk_id": trunk_id, "called": called, "caller": caller}
        faults = [
            Fault(f"/{name}", f"{name}_invalid", "it is too long or cannot be printed", "write it as dialled")
            for name, text in fields.items()
            if len(text) > MAX_WRITTEN or not text.isprintable()
        ]
        faults += [
            Fault(f"/{name}", f"{name}_required", "it is empty", "name a trunk of yours, and a number on it")
            for name in ("trunk_id", "called")
            if not fields[name]
        ]
        if faults:
            raise invalid("route", faults)
        call = Call(tenant_id, trunk_id, called, caller, source="", call_id="")
        return explain(route(call, self.table, self.clock.now(), self.chance()))
