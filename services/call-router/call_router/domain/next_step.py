"""What follows a leg that was not answered: the next leg, or an end with a status for the provider.

    no answer, unreachable or broken (408, 480, 5xx, transport)  the next leg
    busy or declined (486, 600, 603)                             final, unless the plan says fallback_on_busy
    unknown there, or any other refusal (404, 487, 4xx, 6xx)     final
    the caller hung up                                           final

Status for the provider, by the last leg. An agent's own trouble is always 480: with 404 the carrier would
take the number for one that does not exist, and with 5xx it would take the trunk out of service, for the
sake of one agent. 503 is kept for Keepline's own trouble.
"""

from dataclasses import dataclass

from call_router.domain.journey import Journey
from call_router.domain.leg import Leg

_NEXT = frozenset({408, 480, 500, 502, 503, 504})
_BUSY = frozenset({486, 600, 603})
CANCELLED = 487
# told to the provider as they are: the caller hears "busy" or "declined", or can offer other media
_PASSED_ON = frozenset({486, 487, 488, 600, 603})
UNAVAILABLE = 480
_TIMEOUT = 408
_TRANSPORT = 503
_SERVER_ERRORS = range(500, 600)

# The switch gives these causes when it ended the leg itself; the 487 that follows is the answer to its
# own CANCEL and says nothing about the agent.
_RANG_OUT = frozenset(
    {"NO_ANSWER", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT", "NO_USER_RESPONSE", "RECOVERY_ON_TIMER_EXPIRE"}
)
# Causes without a SIP status of their own.
_STATUS_OF_CAUSE = {
    "USER_BUSY": 486,
    "CALL_REJECTED": 603,
    "ORIGINATOR_CANCEL": 487,
    "UNALLOCATED_NUMBER": 404,
    "INCOMPATIBLE_DESTINATION": 488,
    "SUBSCRIBER_ABSENT": 480,
    "USER_NOT_REGISTERED": 480,
}


@dataclass(frozen=True, slots=True)
class TryLeg:
    index: int
    leg: Leg


@dataclass(frozen=True, slots=True)
class Finish:
    """The call is refused with `status`; `code` is stable, `reason` is a sentence."""

    status: int
    code: str
    reason: str


def next_step(journey: Journey, leg_index: int, sip_status: int, cause: str) -> TryLeg | Finish:
    """`sip_status` is the leg's final one, 0 when there was none; `cause` is the switch's name for it."""
    status = leg_status(sip_status, cause)
    busy = status in _BUSY
    another = leg_index + 1
    may_go_on = status in _NEXT or status in _SERVER_ERRORS or (busy and journey.fallback_on_busy)
    if may_go_on and another < len(journey.legs):
        return TryLeg(another, journey.legs[another])
    who = journey.legs[leg_index].agent_name if leg_index < len(journey.legs) else "the agent"
    return _finish(status, who, busy and not journey.fallback_on_busy and another < len(journey.legs))


def leg_status(sip_status: int, cause: str) -> int:
    """The leg's final status as one number, whatever way it ended."""
    if sip_status == CANCELLED and cause != "ORIGINATOR_CANCEL":
        return _TIMEOUT
    if sip_status:
        return sip_status
    if cause in _RANG_OUT:
        return _TIMEOUT
    return _STATUS_OF_CAUSE.get(cause, _TRANSPORT)


def _finish(status: int, who: str, kept_from_fallback: bool) -> Finish:
    told = status if status in _PASSED_ON else UNAVAILABLE
    if status == CANCELLED:
        return Finish(told, "caller_cancelled", "The caller hung up before anybody answered.")
    if status in _BUSY:
        code = "agent_declined" if status == 603 else "agent_busy"  # noqa: PLR2004
        words = "declined" if code == "agent_declined" else "is busy"
        only = ", and the plan keeps its fallback for other failures" if kept_from_fallback else ""
        return Finish(told, code, f"{who} {words}{only}.")
    if status in (_TIMEOUT, UNAVAILABLE):
        return Finish(told, "no_answer", f"{who} did not answer, and nobody else is left to try.")
    if status in _SERVER_ERRORS:
        return Finish(told, "agents_unavailable", f"{who} could not be reached, and nobody else is left.")
    return Finish(told, "agent_refused", f"{who} refused the call with {status}.")
