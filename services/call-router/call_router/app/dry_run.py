"""Who would answer? The same `route` as for a real call; nobody is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from call_router.domain.explain import Explained, explain
from call_router.domain.route import Call, route
from call_router.domain.table import RoutingTable
from servicekit.api.asked import Asked
from servicekit.clock import Clock
from servicekit.refusals import invalid
from siptypes.faults import Fault

MAX_WRITTEN = 64
_HINTS = {
    "trunk_id": "name a trunk of yours",
    "called": "write it as dialled",
    "caller": "write it as dialled",
}
_INVALID = {"trunk_id": "trunk_id_invalid", "called": "called_invalid", "caller": "caller_invalid"}


@dataclass(frozen=True, slots=True)
class CallDraft:
    """As the provider would send it. None: it could not be read, which was told already; caller None: also
    none."""

    trunk_id: str | None
    called: str | None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    table: RoutingTable
    clock: Clock
    chance: Callable[[], float]

    def route(self, tenant_id: str, asked: Asked[CallDraft]) -> Explained:
        """Raises Invalid with every fault of the request."""
        draft = asked.draft
        trunk_id, called, caller = draft.trunk_id, draft.called, draft.caller or ""
        faults = _faults({"trunk_id": trunk_id, "called": called, "caller": caller or None})
        if asked.faults or faults or trunk_id is None or called is None:
            raise invalid("route", [*asked.faults, *faults])
        call = Call(tenant_id, trunk_id, called, caller, source_address="", call_id="")
        return explain(route(call, self.table, self.clock.now(), self.chance()))


def _faults(fields: Mapping[str, str | None]) -> list[Fault]:
    faults = []
    for name, text in fields.items():
        if text == "":
            faults.append(Fault(f"/{name}", _INVALID[name], "it is empty", _HINTS[name]))
        elif text is not None and (len(text) > MAX_WRITTEN or not text.isprintable()):
            detail = "it is too long or cannot be printed"
            faults.append(Fault(f"/{name}", _INVALID[name], detail, _HINTS[name]))
    return faults
