"""Onboardings as messages."""

from keepline.sip.v1 import onboarding_pb2 as pb
from keepline.types.v1 import onboarding_pb2 as types
from servicekit.timestamps import timestamp
from sip_config.adapters.messages.onboarding_events import LINES, STEPS
from sip_config.domain.onboarding.onboarding import Onboarding, OnboardingState, Step, TestedBy
from sip_config.domain.onboarding.success import Success

_STATES = {
    OnboardingState.OPEN: pb.ONBOARDING_STATE_OPEN,
    OnboardingState.LIVE: pb.ONBOARDING_STATE_LIVE,
    OnboardingState.ABANDONED: pb.ONBOARDING_STATE_ABANDONED,
}
_NO_STEP = types.ONBOARDING_STEP_UNSPECIFIED


def onboarding_message(one: Onboarding) -> pb.Onboarding:
    fields = one.fields
    return pb.Onboarding(
        id=one.id,
        version=one.version,
        line=LINES[fields.line],
        state=_STATES[one.state],
        steps=[_step(one, step) for step in Step],
        next_step=STEPS[one.next_step] if one.next_step is not None else _NO_STEP,
        provider_name=fields.provider_name or None,
        trunk_id=fields.trunk_id or None,
        numbers=[pb.OnboardingNumber(number_id=own.number_id, number=own.number) for own in fields.numbers],
        agent_id=fields.agent_id or None,
        plan_id=fields.plan_id or None,
        armed_at=None if one.armed_at is None else timestamp(one.armed_at),
        tested=None if one.tested is None else _tested(one.tested),
        skipped_test_at=None if one.skipped_test_at is None else timestamp(one.skipped_test_at),
        emergency_acknowledged_at=None
        if one.emergency_acknowledged_at is None
        else timestamp(one.emergency_acknowledged_at),
        live_at=None if one.live_at is None else timestamp(one.live_at),
        created_at=timestamp(one.created_at),
        updated_at=timestamp(one.updated_at),
    )


def success_message(success: Success) -> pb.OnboardingSuccess:
    p50, p90 = success.p50, success.p90
    return pb.OnboardingSuccess(
        begun=success.begun,
        live=success.live,
        live_untested=success.live_untested,
        abandoned=success.abandoned,
        open=success.open,
        completion_rate=success.completion_rate,
        seconds_to_live=None if p50 is None or p90 is None else pb.SecondsToLive(p50=p50, p90=p90),
        stopped_at=[pb.StoppedAt(step=STEPS[step], count=count) for step, count in success.stopped_at],
        refused=[pb.RefusedCode(code=one.code, count=one.count, fixed=one.fixed) for one in success.refused],
    )


def _step(one: Onboarding, step: Step) -> pb.OnboardingStepState:
    at = one.done.get(step)
    return pb.OnboardingStepState(step=STEPS[step], done_at=None if at is None else timestamp(at))


def _tested(by: TestedBy) -> pb.OnboardingTested:
    return pb.OnboardingTested(
        call_id=by.call_id,
        number=by.number,
        at=timestamp(by.at),
        answered_after_ms=by.answered_after_ms,
        caller_heard=by.caller_heard,
        agent_heard=by.agent_heard,
    )
