"""Reading statuses: one, or a page of a tenant's."""

from dataclasses import dataclass

from health_monitor.app.trunk_board import TrunkBoard
from health_monitor.domain.status import Status, Verdict
from servicekit.errors import Invalid, NotFound, Violation
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size


@dataclass(frozen=True, slots=True)
class Statuses:
    board: TrunkBoard

    def get(self, tenant_id: str, trunk_id: str) -> Status:
        status = self.board.get(tenant_id, trunk_id)
        if status is None:
            hint = "list your trunks to see their ids; a new trunk appears within seconds"
            raise NotFound("trunk_not_found", f"no trunk {trunk_id}", hint=hint)
        return status

    def list(self, tenant_id: str, verdict: str, size: int, token: str) -> Page[Status]:
        limit, after = page_size(size), decode_token(token)
        wanted = _verdict(verdict)
        found = [
            status
            for status in self.board.of_tenant(tenant_id)
            if (wanted is None or status.verdict is wanted) and (after is None or status.trunk_id > after)
        ]
        return page_of(found, limit, lambda last: encode_token(last.trunk_id))


def _verdict(text: str) -> Verdict | None:
    if not text:
        return None
    try:
        return Verdict(text)
    except ValueError as error:
        known = ", ".join(verdict.value for verdict in Verdict)
        where = Violation("/verdict", "verdict_unknown", "there is no such verdict", f"one of {known}")
        raise Invalid("filter_invalid", "the filter is wrong", violations=[where]) from error
