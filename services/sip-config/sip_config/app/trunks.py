"""Creating, reading, changing and deleting trunks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from servicekit.clock import Clock
from servicekit.errors import Conflict, Invalid, NotFound, PreconditionFailed, Violation
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_size
from sip_config.domain.addresses import AddressPolicy
from sip_config.domain.check import TrunkDraft, check_label, check_trunk
from sip_config.domain.fault import Fault
from sip_config.domain.trunk import Trunk
from sip_config.ports import Feed, TrunkStore

MAX_QUERY = 80


@dataclass(frozen=True, slots=True)
class Trunks:
    """zone: the platform's SIP zone; a trunk's domain is a label before it. addresses: what may be named."""

    store: TrunkStore
    feed: Feed
    clock: Clock
    zone: str
    addresses: AddressPolicy

    async def create(self, tenant_id: str, draft: TrunkDraft, label: str) -> Trunk:
        trunk_id, now = new_id("trk"), self.clock.now()
        label = label.strip().lower() or trunk_id.replace("_", "-")
        checked, wrong_label = check_trunk(draft, self.addresses), check_label(label)
        if wrong_label is not None or isinstance(checked, list):
            raise _invalid(
                [*(checked if isinstance(checked, list) else []), *([wrong_label] if wrong_label else [])]
            )
        trunk = Trunk(trunk_id, tenant_id, 1, f"{label}.{self.zone}", checked, now, now)
        if not await self.store.add(trunk):
            raise _taken(label)
        self.feed.trunk_written(trunk)
        return trunk

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk:
        trunk = await self.store.get(tenant_id, trunk_id)
        if trunk is None:
            raise NotFound(
                "trunk_not_found", f"no trunk {trunk_id}", hint="list your trunks to see their ids"
            )
        return trunk

    async def list(self, tenant_id: str, query: str, size: int, token: str) -> Page[Trunk]:
        if len(query) > MAX_QUERY:
            raise _invalid(
                [Fault("/query", "query_too_long", f"over {MAX_QUERY} characters", "search for less")]
            )
        limit = page_size(size)
        found = await self.store.page(tenant_id, query, decode_token(token), limit + 1)
        items = found[:limit]
        return Page(items, encode_token(items[-1].id) if len(found) > limit else "")

    async def update(self, tenant_id: str, trunk_id: str, draft: TrunkDraft, version: int) -> Trunk:
        """draft: the whole trunk as it should be; version: the one that was read, 0 for whichever."""
        before = await self.get(tenant_id, trunk_id)
        _expect(version, before)
        checked = check_trunk(draft, self.addresses)
        if isinstance(checked, list):
            raise _invalid(checked)
        if checked == before.fields:
            return before
        after = replace(before, version=before.version + 1, fields=checked, updated_at=self.clock.now())
        if not await self.store.replace(after):
            raise _changed_meanwhile()
        self.feed.trunk_written(after)
        return after

    async def delete(self, tenant_id: str, trunk_id: str, version: int) -> None:
        before = await self.get(tenant_id, trunk_id)
        _expect(version, before)
        if not await self.store.remove(tenant_id, trunk_id, before.version):
            raise _changed_meanwhile()
        self.feed.trunk_deleted(trunk_id)


def _expect(version: int, trunk: Trunk) -> None:
    if version not in (0, trunk.version):
        raise _changed_meanwhile(trunk.version)


def _changed_meanwhile(current: int | None = None) -> PreconditionFailed:
    now = "" if current is None else f", its version is {current}"
    return PreconditionFailed(
        "version_changed",
        f"the trunk was changed meanwhile{now}",
        hint="read it again and repeat your change",
    )


def _invalid(faults: Iterable[Fault]) -> Invalid:
    violations = [Violation(f.pointer, f.code, f.detail, f.hint) for f in faults]
    many = f"{len(violations)} fields are" if len(violations) > 1 else "a field is"
    return Invalid("trunk_invalid", f"{many} wrong", violations=violations)


def _taken(label: str) -> Conflict:
    hint = "choose another label, or leave it out and one is made for you"
    where = Violation("/domain_label", "domain_taken", f"{label} is in use", hint)
    return Conflict("domain_taken", "this SIP domain is in use already", hint=hint, violations=[where])
