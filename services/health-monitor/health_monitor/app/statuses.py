"""Reading statuses, of trunks or of agents: one, or a page of a tenant's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from health_monitor.app.board import Board, S
from health_monitor.domain.status import Status
from servicekit.api import in_memory
from servicekit.api.lists import ListAsked
from servicekit.errors import NotFound
from servicekit.paging import Page

_VALUES: dict[str, Callable[[Status], Any]] = {
    "trunk_id": lambda status: status.id,
    "agent_id": lambda status: status.id,
    "verdict": lambda status: status.verdict.value,
    "since": lambda status: status.since.replace(microsecond=status.since.microsecond // 1000 * 1000),
}


def no_trunk(trunk_id: str) -> NotFound:
    hint = "list your trunks to see their ids; a new trunk appears within seconds"
    return NotFound("trunk_not_found", f"no trunk {trunk_id}", hint=hint)


def no_agent(agent_id: str) -> NotFound:
    hint = "a new agent appears within seconds; agents behind a trunk are not probed"
    return NotFound("agent_not_found", f"no voice agent {agent_id}", hint=hint)


@dataclass(frozen=True, slots=True)
class Statuses(Generic[S]):
    board: Board[S]
    missing: Callable[[str], NotFound]

    def get(self, tenant_id: str, subject_id: str) -> Status:
        status = self.board.get(tenant_id, subject_id)
        if status is None:
            raise self.missing(subject_id)
        return status

    def list(self, tenant_id: str, asked: ListAsked) -> Page[Status]:
        of_tenant = self.board.of_tenant(tenant_id)
        return in_memory.page(of_tenant, asked, lambda status, name: _VALUES[name](status))
