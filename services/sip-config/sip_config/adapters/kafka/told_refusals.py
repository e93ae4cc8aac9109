"""What the edges and the routers tell of refusals and of answered calls, and what of trunks, numbers and
plans may mend a refusal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keepline.events.v1.call_event_pb2 import DIRECTION_OUTBOUND, CallEvent
from keepline.events.v1.rejection_pb2 import Rejection
from keepline.phone.v1.number_pb2 import NumberState
from keepline.routing.v1.plan_pb2 import RoutingState
from servicekit.kafka import Handled, Read, Record
from servicekit.timestamps import moment
from sip_config.adapters.kafka.answered_calls import answered_call
from sip_config.adapters.kafka.state_topics import NUMBERS, PLANS
from sip_config.adapters.mongo.trunks import TOPIC as TRUNKS
from sip_config.app.onboardings_seen import OnboardingsSeen
from sip_config.app.refusals_kept import Changed, RefusalsKept
from sip_config.app.trunk_tests import TrunkTests
from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy, address_of

REJECTIONS = "keepline.sip.rejections.v1"
CALL_EVENTS = "keepline.call.events.v1"
_ENDED = "keepline.call.ended.v1"
_NO_REFUSAL = ("", "routed")
_LOGS = {REJECTIONS: "edge", CALL_EVENTS: "router"}
_ANOTHER_SWITCH = 503
"""The edge then tries another switch, and tells no_switch when there is none."""


@dataclass(frozen=True, slots=True)
class TrunkTold:
    trunk_id: str


@dataclass(frozen=True, slots=True)
class TrunkGone:
    trunk_id: str


@dataclass(frozen=True, slots=True)
class NumberTold:
    tenant_id: str
    number: OwnNumber


@dataclass(frozen=True, slots=True)
class PlanTold:
    tenant_id: str
    numbers: frozenset[str]


Told = Refusal | AnsweredCall | TrunkTold | TrunkGone | NumberTold | PlanTold


@dataclass(frozen=True, slots=True)
class ToldRefusals:
    """A handler of a group; each record may come more than once."""

    kept: RefusalsKept
    onboardings: OnboardingsSeen
    tests: TrunkTests

    def read(self, record: Record) -> Told | None:
        if record.value is None:
            return TrunkGone(record.key) if record.topic == TRUNKS else None
        return _READERS[record.topic](record, record.value)

    async def handle(self, batch: Sequence[Read[Told]], *, may_hold: bool) -> Handled[Told]:
        told = [read.value for read in batch]
        refusals = [one for one in told if isinstance(one, Refusal)]
        calls = [one for one in told if isinstance(one, AnsweredCall)]
        await self.onboardings.refused(refusals)
        # what was refused first, so that a change that was told behind it finds it
        await self.kept.keep(refusals)
        await self.kept.settle(_changed(told))
        await self.onboardings.heard(calls)
        await self.tests.heard(calls)
        await self.tests.forget([one.trunk_id for one in told if isinstance(one, TrunkGone)])
        return Handled()


def _changed(told: Sequence[Told]) -> Changed:
    numbers: dict[str, list[OwnNumber]] = {}
    planned: dict[str, frozenset[str]] = {}
    for one in told:
        if isinstance(one, NumberTold):
            numbers.setdefault(one.tenant_id, []).append(one.number)
        elif isinstance(one, PlanTold):
            planned[one.tenant_id] = planned.get(one.tenant_id, frozenset()) | one.numbers
    return Changed(frozenset(one.trunk_id for one in told if isinstance(one, TrunkTold)), numbers, planned)


def _place(record: Record) -> Place:
    return Place(f"{_LOGS[record.topic]}/{record.partition}", record.offset)


def _of_edge(record: Record, value: bytes) -> Refusal:
    told = Rejection.FromString(value)
    return Refusal(
        moment(told.at),
        told.tenant_id,
        told.trunk_id,
        told.code,
        told.sip_status,
        SaidBy.EDGE,
        address_of(told.source_address),
        told.called,
        told.caller,
        "",
        "",
        told.edge_id,
        _place(record),
        told.method,
        told.about,
    )


def _of_router(record: Record, value: bytes) -> Refusal | AnsweredCall | None:
    if record.headers.get("ce_type", _ENDED) != _ENDED:
        return None
    told = CallEvent.FromString(value)
    return answered_call(told) or _refusal(record, told)


def _refusal(record: Record, told: CallEvent) -> Refusal | None:
    ended = told.ended
    passed = ended.code in _NO_REFUSAL or ended.sip_status == _ANOTHER_SWITCH
    if passed or told.direction == DIRECTION_OUTBOUND or not told.tenant_id:
        return None
    return Refusal(
        moment(told.at),
        told.tenant_id,
        told.trunk_id,
        ended.code,
        ended.sip_status,
        SaidBy.ROUTER,
        address_of(ended.source_address),
        ended.called,
        ended.caller,
        ended.number,
        told.call_id,
        told.edge_id,
        _place(record),
    )


def _trunk(record: Record, value: bytes) -> TrunkTold:
    return TrunkTold(record.key)


def _number(record: Record, value: bytes) -> NumberTold:
    number = NumberState.FromString(value).number
    return NumberTold(number.tenant_id, OwnNumber(number.id, number.number, number.trunk_id))


def _plan(record: Record, value: bytes) -> PlanTold | None:
    state = RoutingState.FromString(value)
    return PlanTold(state.plan.tenant_id, frozenset(state.plan.numbers)) if state.HasField("plan") else None


_READERS: Mapping[str, Callable[[Record, bytes], Told | None]] = {
    REJECTIONS: _of_edge,
    CALL_EVENTS: _of_router,
    TRUNKS: _trunk,
    NUMBERS: _number,
    PLANS: _plan,
}
TOPICS = tuple(_READERS)
