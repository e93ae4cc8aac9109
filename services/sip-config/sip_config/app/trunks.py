"""Creating, reading, changing and deleting trunks."""

from dataclasses import dataclass, field, replace

from servicekit.clock import Clock
from servicekit.errors import Conflict, Violation
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from sip_config.domain.check import MAX_ENDPOINTS, TrunkDraft, check_label, check_trunk
from sip_config.domain.trunk import Trunk, TrunkFields
from sip_config.ports import Feed, TrunkStore
from siptypes.address_policy import AddressPolicy
from siptypes.faults import Fault

MAX_QUERY = 80
Checked = TrunkFields | list[Fault]


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one tenant may have."""

    trunks: int = 1000
    endpoints: int = 2000
    endpoints_per_trunk: int = MAX_ENDPOINTS


@dataclass(frozen=True, slots=True)
class Trunks:
    """zone: the platform's SIP zone; a trunk's domain is a label before it. addresses: what may be named."""

    store: TrunkStore
    feed: Feed
    clock: Clock
    zone: str
    addresses: AddressPolicy
    quotas: Quotas = Quotas()
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(self, tenant_id: str, draft: TrunkDraft, label: str) -> Trunk:
        trunk_id, now = new_id("trk"), self.clock.now()
        label = label.strip().lower() or trunk_id.replace("_", "-")
        checked, wrong_label = self._checked(draft), check_label(label)
        if wrong_label is not None or isinstance(checked, list):
            raise invalid(
                "trunk",
                [*(checked if isinstance(checked, list) else []), *([wrong_label] if wrong_label else [])],
            )
        trunk = Trunk(trunk_id, tenant_id, 1, f"{label}.{self.zone}", checked, now, now)
        async with self.counting.of(tenant_id):
            await self._check_room(tenant_id, len(checked.endpoints), trunks=1)
            if not await self.store.add(trunk):
                raise _taken(label)
        self.feed.trunk_written(trunk)
        return trunk

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk:
        trunk = await self.store.get(tenant_id, trunk_id)
        if trunk is None:
            raise not_found("trunk", trunk_id)
        return trunk

    async def list(self, tenant_id: str, query: str, size: int, token: str) -> Page[Trunk]:
        if len(query) > MAX_QUERY:
            raise invalid(
                "trunk",
                [Fault("/query", "query_too_long", f"over {MAX_QUERY} characters", "search for less")],
            )
        limit = page_size(size)
        found = await self.store.page(tenant_id, query, decode_token(token), limit + 1)
        return page_of(found, limit, lambda last: encode_token(last.id))

    async def update(self, tenant_id: str, trunk_id: str, draft: TrunkDraft, version: int) -> Trunk:
        """draft: the whole trunk as it should be; version: the one that was read, 0 for whichever."""
        before = await self.get(tenant_id, trunk_id)
        _expect(version, before)
        checked = self._checked(draft)
        if isinstance(checked, list):
            raise invalid("trunk", checked)
        if checked == before.fields:
            return before
        after = replace(before, version=before.version + 1, fields=checked, updated_at=self.clock.now())
        more = len(checked.endpoints) - len(before.fields.endpoints)
        async with self.counting.of(tenant_id):
            if more > 0:
                await self._check_room(tenant_id, more)
            if not await self.store.replace(after):
                raise changed_meanwhile("trunk")
        self.feed.trunk_written(after)
        return after

    async def delete(self, tenant_id: str, trunk_id: str, version: int) -> None:
        before = await self.get(tenant_id, trunk_id)
        _expect(version, before)
        if not await self.store.remove(tenant_id, trunk_id, before.version):
            raise changed_meanwhile("trunk")
        self.feed.trunk_deleted(trunk_id)

    def _checked(self, draft: TrunkDraft) -> Checked:
        return check_trunk(draft, self.addresses, self.quotas.endpoints_per_trunk)

    async def _check_room(self, tenant_id: str, endpoints: int, trunks: int = 0) -> None:
        """Raises Conflict when the tenant has all that it may have, or the edges have no room."""
        if trunks and self.feed.is_full():
            raise Conflict(
                "edges_full",
                "the edges hold as many trunks as they can",
                hint="delete a trunk that you do not use, or ask the operator for larger edges",
            )
        usage = await self.store.usage(tenant_id)
        check_quota("trunks", usage.trunks, self.quotas.trunks, trunks)
        check_quota("endpoints", usage.endpoints, self.quotas.endpoints, endpoints)


def _expect(version: int, trunk: Trunk) -> None:
    if version not in (0, trunk.version):
        raise changed_meanwhile("trunk", trunk.version)


def _taken(label: str) -> Conflict:
    hint = "choose another label, or leave it out and one is made for you"
    where = Violation("/domain_label", "domain_taken", f"{label} is in use", hint)
    return Conflict("domain_taken", "this SIP domain is in use already", hint=hint, violations=[where])
