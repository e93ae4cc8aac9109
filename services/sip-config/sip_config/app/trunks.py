"""Creating, reading, changing and deleting trunks."""

from dataclasses import dataclass, field, replace

from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import Expected
from servicekit.clock import Clock
from servicekit.errors import Conflict, Violation
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from sip_config.domain.check import MAX_ENDPOINTS, TrunkDraft, check_label, check_trunk
from sip_config.domain.trunk import Trunk, TrunkFields
from sip_config.ports import Feed, References, TrunkStore
from siptypes.faults import Fault
from siptypes.reachable import Reachable

_TRIES = 5  # to change or delete whichever version a trunk has while others change it


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one tenant may have."""

    trunks: int = 1000
    endpoints: int = 2000
    endpoints_per_trunk: int = MAX_ENDPOINTS


@dataclass(frozen=True, slots=True)
class Trunks:
    """zone: the platform's SIP zone; a trunk's domain is a label before it. reachable: what may be named."""

    store: TrunkStore
    feed: Feed
    references: References
    clock: Clock
    zone: str
    reachable: Reachable
    quotas: Quotas = Quotas()
    counting: TenantLocks = field(default_factory=TenantLocks)

    def trial(self) -> "Trunks":
        """The same checks and answers, and nothing is written or told."""
        return replace(self, store=self.store.unwritten(), feed=_Untold(self.feed))

    async def create(
        self, tenant_id: str, asked: Asked[TrunkDraft], label: str | None, trunk_id: str = ""
    ) -> Trunk:
        """label: of its domain, made from the id where there is none. trunk_id: of the new one; the trunk
        that has it already was made by an earlier try of the same request, and is given back."""
        trunk_id = trunk_id or new_id("trk")
        label = trunk_id.replace("_", "-") if label is None else label.strip().lower()
        fields = self._checked(asked, None, check_label(label))
        made = await self.store.get(tenant_id, trunk_id)
        if made is not None:
            return made
        now = self.clock.now()
        trunk = Trunk(trunk_id, tenant_id, 1, f"{label}.{self.zone}", fields, now, now)
        async with self.counting.of(tenant_id):
            await self._check_room(tenant_id, len(fields.endpoints), trunks=1)
            if not await self.store.add(trunk):
                made = await self.store.get(tenant_id, trunk_id)
                if made is None:
                    raise _taken(label)
                return made
        self.feed.trunk_written(trunk)
        return trunk

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk:
        trunk = await self.store.get(tenant_id, trunk_id)
        if trunk is None:
            raise not_found("trunk", trunk_id)
        return trunk

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Trunk]:
        return await self.store.page(tenant_id, asked)

    async def update(
        self, tenant_id: str, trunk_id: str, change: Change[Trunk, TrunkDraft], expected: Expected
    ) -> Trunk:
        """Nothing is written when nothing changes."""
        for _ in range(_TRIES):
            before = await self.get(tenant_id, trunk_id)
            expected.check("trunk", before.version)
            after = await self._replaced(before, self._checked(change(before), before.fields))
            if after is not None:
                return after
        raise changed_meanwhile("trunk")

    async def delete(self, tenant_id: str, trunk_id: str, expected: Expected) -> None:
        for _ in range(_TRIES):
            before = await self.get(tenant_id, trunk_id)
            expected.check("trunk", before.version)
            self.references.check_unnamed(before)
            if await self.store.remove(tenant_id, trunk_id, before.version):
                self.feed.trunk_deleted(trunk_id)
                return
        raise changed_meanwhile("trunk")

    async def _replaced(self, before: Trunk, fields: TrunkFields) -> Trunk | None:
        """None: somebody else was faster."""
        if fields == before.fields:
            return before
        now = self.clock.now()
        after = replace(before, version=before.version + 1, fields=fields, updated_at=now)
        more = len(fields.endpoints) - len(before.fields.endpoints)
        async with self.counting.of(before.tenant_id):
            if more > 0:
                await self._check_room(before.tenant_id, more)
            if not await self.store.replace(after, before):
                return None
        self.feed.trunk_written(after)
        return after

    def _checked(
        self, asked: Asked[TrunkDraft], held: TrunkFields | None, besides: Fault | None = None
    ) -> TrunkFields:
        """Raises Invalid with every fault of the request. held: what the trunk has already."""
        checked = check_trunk(asked.draft, self.reachable, self.quotas.endpoints_per_trunk, held)
        faults: list[Violation | Fault] = [*asked.faults, *(checked if isinstance(checked, list) else ())]
        faults += [besides] if besides else []
        if faults or isinstance(checked, list):
            raise invalid("trunk", faults)
        return checked

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


@dataclass(frozen=True, slots=True)
class _Untold:
    """Implements Feed, and tells nodes nothing."""

    feed: Feed

    def trunk_written(self, trunk: Trunk) -> None: ...

    def trunk_deleted(self, trunk_id: str) -> None: ...

    def complete(self, part: str) -> None: ...

    def is_full(self) -> bool:
        return self.feed.is_full()


def _taken(label: str) -> Conflict:
    hint = "choose another label, or leave it out and one is made for you"
    where = Violation("/domain_label", "domain_taken", f"{label} is in use", hint)
    return Conflict("domain_taken", "this SIP domain is in use already", hint=hint, violations=[where])
