"""What is told of an onboarding, as entries of its outbox."""

from collections.abc import Sequence
from typing import Any

from keepline.events.v1 import onboarding_event_pb2 as pb
from keepline.types.v1 import onboarding_pb2 as types
from servicekit.documents import Document
from servicekit.kafka.headers import cloud_event
from servicekit.outbox.entries import entry
from servicekit.timestamps import timestamp
from sip_config.domain.onboarding.news import Kind, News
from sip_config.domain.onboarding.onboarding import Line, Onboarding, Step

TOPIC = "keepline.onboarding.events.v1"
_MESSAGE = pb.OnboardingEvent.DESCRIPTOR.full_name
_APART = 0.001
"""Between entries of one revision; that of the audit log is at the half."""
_KINDS = {
    Kind.BEGUN: "keepline.onboarding.begun.v1",
    Kind.STEP_DONE: "keepline.onboarding.step_done.v1",
    Kind.REFUSED: "keepline.onboarding.refused.v1",
    Kind.FIXED: "keepline.onboarding.fixed.v1",
    Kind.LIVE: "keepline.onboarding.live.v1",
    Kind.ABANDONED: "keepline.onboarding.abandoned.v1",
}
LINES = {
    Line.TRUNK: types.ONBOARDING_LINE_TRUNK,
    Line.FORWARD: types.ONBOARDING_LINE_FORWARD,
    Line.PORT: types.ONBOARDING_LINE_PORT,
}
STEPS = {
    Step.LINE: types.ONBOARDING_STEP_LINE,
    Step.PROVIDER: types.ONBOARDING_STEP_PROVIDER,
    Step.NUMBERS: types.ONBOARDING_STEP_NUMBERS,
    Step.AGENT: types.ONBOARDING_STEP_AGENT,
    Step.CALL: types.ONBOARDING_STEP_CALL,
}


def entries(one: Onboarding, news: Sequence[News]) -> list[Document]:
    """one: the revision that they led to."""
    return [_entry(one, place, told) for place, told in enumerate(news, 1)]


def _entry(one: Onboarding, place: int, told: News) -> Document:
    event = pb.OnboardingEvent(
        onboarding_id=one.id,
        tenant_id=one.tenant_id,
        at=timestamp(told.at),
        line=LINES[one.fields.line],
        seconds_since_begun=max(0, int((told.at - one.created_at).total_seconds())),
        **{str(told.kind): _said(told)},
    )
    headers = cloud_event(
        "sip-config",
        _KINDS[told.kind],
        _MESSAGE,
        f"{one.id}:{one.revision}:{place}",
        told.at,
        tenant_id=one.tenant_id,
        subject=one.id,
    )
    headers.pop("traceparent", None)
    seq = one.revision + place * _APART
    return entry(seq, TOPIC, one.id, event.SerializeToString(), headers, at=told.at)


def _said(told: News) -> Any:
    match told.kind:
        case Kind.BEGUN:
            return pb.OnboardingBegun()
        case Kind.STEP_DONE:
            return pb.OnboardingStepDone(step=STEPS[told.step or Step.LINE])
        case Kind.REFUSED:
            return pb.OnboardingRefused(code=told.code)
        case Kind.FIXED:
            return pb.OnboardingFixed(code=told.code, kind=told.fix)
        case Kind.LIVE:
            return pb.OnboardingLive(tested=told.tested)
        case Kind.ABANDONED:
            return pb.OnboardingAbandoned(step=STEPS[told.step or Step.LINE])
