"""Reading what was turned away, and applying one of the fixes that were offered for it.

A fix is offered by the world as it was. It is judged again when it is applied: what is done already counts as
applied, and what fits no more is refused. A trunk is changed by the version that was judged.
"""

from dataclasses import dataclass, replace
from typing import NoReturn

from servicekit.api.asked import Asked
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import exactly
from servicekit.clock import Clock
from servicekit.errors import Conflict, Invalid, NotFound, VersionMismatch, Violation
from servicekit.paging import Page
from servicekit.refusals import changed_meanwhile
from sip_config.app.onboardings_seen import OnboardingsSeen
from sip_config.app.refusals_kept import Numbers
from sip_config.app.trunks import Trunks
from sip_config.domain.check import EndpointDraft, TrunkDraft
from sip_config.domain.refused.explain import explain
from sip_config.domain.refused.explain_source import is_allowed, with_network
from sip_config.domain.refused.explanation import Explanation, Fix, FixKind
from sip_config.domain.refused.rejection import Fixed, Rejection
from sip_config.domain.trunk import Trunk
from sip_config.ports import PhoneNumbers, RejectionStore, RoutingPlans
from siptypes.address_policy import AddressPolicy

_TRIES = 5  # while others change the trunk or the row


@dataclass(frozen=True, slots=True)
class Rejections:
    """phones, plans: None where the service is not set up that knows them."""

    store: RejectionStore
    trunks: Trunks
    numbers: Numbers
    phones: PhoneNumbers | None
    plans: RoutingPlans | None
    addresses: AddressPolicy
    clock: Clock
    onboardings: OnboardingsSeen

    async def get(self, tenant_id: str, rejection_id: str) -> Rejection:
        row = await self.store.get(tenant_id, rejection_id)
        if row is None:
            hint = "list the rejections to see their ids; those that are old enough are removed"
            raise NotFound("rejection_not_found", f"no rejection {rejection_id}", hint=hint)
        return row

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Rejection]:
        return await self.store.page(tenant_id, asked)

    async def apply_fix(
        self, tenant_id: str, by: str, rejection_id: str, fix_id: str, plan_id: str = ""
    ) -> Rejection:
        """Applying the same fix again changes nothing. plan_id: of put_on_plan."""
        for _ in range(_TRIES):
            row = await self.get(tenant_id, rejection_id)
            if row.fixed is not None and row.fixed.fix == fix_id:
                await self.onboardings.fixed(tenant_id, row.id, _asked(fix_id)[0])
                return row
            try:
                trunk_version = await self._applied(row, fix_id, plan_id)
            except VersionMismatch:  # of the trunk: judged again
                continue
            after = replace(row, fixed=Fixed(self.clock.now(), fix_id, by, trunk_version))
            if await self.store.fix(row, after):
                await self.onboardings.fixed(tenant_id, row.id, _asked(fix_id)[0])
                return replace(after, version=row.version + 1)
        raise changed_meanwhile("rejection")

    async def _applied(self, row: Rejection, fix_id: str, plan_id: str) -> int:
        """The trunk's version that holds it; 0 where it is not the trunk that changes."""
        (kind, value), tenant_id = _asked(fix_id), row.alike.tenant_id
        trunk = await self.trunks.store.get(tenant_id, row.alike.trunk_id)
        if trunk is None:
            raise _outdated("the trunk is deleted")
        now = explain(row.last, trunk, self.numbers(tenant_id, {}), self.addresses)
        if kind in (FixKind.ADD_NUMBER, FixKind.MOVE_NUMBER):
            await self._number(trunk, kind, value, now)
            return 0
        if kind is FixKind.PUT_ON_PLAN:
            await self._plan(plan_id, fix_id, value, now)
            return 0
        if now.holds_now and _is_done(trunk, kind, value):
            return trunk.version
        fix = next((one for one in now.fixes if one.id == fix_id), None)
        if fix is None:
            raise _outdated("it is not among those that are offered now")
        changed = _changed(trunk, fix)
        try:
            after = await self.trunks.update(
                tenant_id, trunk.id, lambda _: Asked(changed), exactly(trunk.version)
            )
        except Invalid as refused:
            _impossible(refused)
        return after.version

    async def _plan(self, plan_id: str, fix_id: str, number: str, now: Explanation) -> None:
        """By call-control, as above."""
        if self.plans is None or fix_id not in [one.id for one in now.fixes]:
            raise _outdated("it is not among those that are offered now")
        if not plan_id:
            hint = "send the id of one of your routing plans as plan_id"
            wrong = Violation("/plan_id", "plan_id_missing", "the fix needs a routing plan", hint)
            raise Invalid("rejection_invalid", "1 field is wrong", hint=hint, violations=[wrong])
        try:
            await self.plans.put(plan_id, number)
        except Invalid as refused:
            _impossible(refused)

    async def _number(self, trunk: Trunk, kind: FixKind, number: str, now: Explanation) -> None:
        """By phone-sources, which knows whose the number is, and by the caller's own right."""
        if self.phones is None or number not in now.read_as:
            raise _outdated("it is not among those that are offered now")
        own = await self.phones.find(number)
        if own is not None and own.trunk_id == trunk.id:
            return
        try:
            if kind is FixKind.ADD_NUMBER and own is None:
                await self.phones.add(trunk.id, number)
            elif kind is FixKind.MOVE_NUMBER and own is not None:
                await self.phones.move(own.id, trunk.id)
            else:
                raise _outdated(
                    "you hold the number on another trunk" if own else "you do not hold the number"
                )
        except Invalid as refused:
            _impossible(refused)


def _is_done(trunk: Trunk, kind: FixKind, value: str) -> bool:
    match kind:
        case FixKind.ALLOW_ADDRESS | FixKind.ALLOW_NETWORK:
            return is_allowed(trunk.fields.source_cidrs, value)
        case FixKind.ENABLE_TRUNK:
            return trunk.fields.enabled
        case FixKind.READ_AS_COUNTRY:
            return trunk.fields.country == value
    return False


def _changed(trunk: Trunk, fix: Fix) -> TrunkDraft:
    fields = trunk.fields
    draft = TrunkDraft(
        fields.name,
        fields.country,
        fields.source_cidrs,
        [EndpointDraft(one.host, one.port, str(one.transport)) for one in fields.endpoints],
        fields.enabled,
    )
    match fix.kind:
        case FixKind.ALLOW_ADDRESS | FixKind.ALLOW_NETWORK:
            return replace(draft, source_cidrs=with_network(fields.source_cidrs, fix.source_cidr))
        case FixKind.READ_AS_COUNTRY:
            return replace(draft, country=fix.country)
    return replace(draft, enabled=True)


def _asked(fix_id: str) -> tuple[FixKind, str]:
    """What its id says: the kind, and what it is about. Raises Invalid for what is no id of a fix."""
    kind, _, value = fix_id.partition(":")
    if kind in list(FixKind):
        return FixKind(kind), value
    hint = "send the id of one of the fixes of the rejection"
    wrong = Violation("/fix", "fix_unknown", f"there is no fix {fix_id[:80]!r}", hint)
    raise Invalid("rejection_invalid", "1 field is wrong", hint=hint, violations=[wrong])


def _outdated(why: str) -> Conflict:
    return Conflict(
        "fix_outdated", f"this fix does not fit any more: {why}", hint="read the rejection again and choose"
    )


def _impossible(refused: Invalid) -> NoReturn:
    """What a trunk or number may not be is told of the fix, not of fields that the caller did not send."""
    first = next(iter(refused.violations), None)
    why = first.detail if first is not None else refused.detail
    raise Conflict(
        "fix_impossible",
        f"this fix cannot be applied: {why}",
        hint="change the trunk, the number or the plan yourself, in a way that it may have",
    ) from refused
