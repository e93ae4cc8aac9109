"""Call records: kept from the events, read by their tenant."""

from dataclasses import dataclass
from datetime import datetime

from call_router.app.refusals import not_found
from call_router.domain.call_event import CallEvent
from call_router.domain.call_record import CallRecord, fold
from call_router.ports import CallFilter, CallStore
from servicekit.errors import Invalid, Unavailable, Violation
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class CallLog:
    store: CallStore

    async def get(self, tenant_id: str, call_id: str) -> CallRecord:
        record = await self.store.find(call_id)
        if record is None or record.tenant_id != tenant_id:
            raise not_found("call", call_id)
        return record

    async def list(self, tenant_id: str, wanted: CallFilter, size: int, token: str) -> Page[CallRecord]:
        limit = page_size(size)
        found = await self.store.page(tenant_id, wanted, _place(token), limit + 1)
        return page_of(found, limit, _token)

    async def keep(self, event: CallEvent) -> bool:
        """False when the event was in the record already."""
        for _ in range(_ATTEMPTS):
            before = await self.store.find(event.call_id)
            if before is not None and before.tenant_id != event.tenant_id:
                raise ValueError(f"{event.call_id} is a call of another tenant")
            after = fold(before, event)
            if after is before:
                return False
            if await self.store.save(after, before):
                return True
        raise Unavailable("record_contended", f"the record of {event.call_id} is being changed by others")


def _token(last: CallRecord) -> str:
    return encode_token(f"{last.started_at.isoformat()}/{last.id}")


def _place(token: str) -> tuple[datetime, str] | None:
    last = decode_token(token)
    if last is None:
        return None
    started_at, _, call_id = last.partition("/")
    try:
        return datetime.fromisoformat(started_at), call_id
    except ValueError as error:
        hint = "send next_page_token of the page before, unchanged"
        wrong = Violation("/page_token", "page_token_invalid", "this is not a token that we gave", hint)
        raise Invalid("page_token_invalid", wrong.detail, hint=hint, violations=[wrong]) from error
