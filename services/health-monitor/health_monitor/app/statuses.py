"""Reading statuses: one, or a page of a tenant's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from health_monitor.app.trunk_board import TrunkBoard
from health_monitor.domain.status import Status
from servicekit.api import in_memory
from servicekit.api.lists import ListAsked
from servicekit.errors import NotFound
from servicekit.paging import Page

_VALUES: dict[str, Callable[[Status], Any]] = {
    "trunk_id": lambda status: status.trunk_id,
    "verdict": lambda status: status.verdict.value,
    "since": lambda status: status.since.replace(microsecond=status.since.microsecond // 1000 * 1000),
}


@dataclass(frozen=True, slots=True)
class Statuses:
    board: TrunkBoard

    def get(self, tenant_id: str, trunk_id: str) -> Status:
        status = self.board.get(tenant_id, trunk_id)
        if status is None:
            hint = "list your trunks to see their ids; a new trunk appears within seconds"
            raise NotFound("trunk_not_found", f"no trunk {trunk_id}", hint=hint)
        return status

    def list(self, tenant_id: str, asked: ListAsked) -> Page[Status]:
        of_tenant = self.board.of_tenant(tenant_id)
        return in_memory.page(of_tenant, asked, lambda status, name: _VALUES[name](status))
