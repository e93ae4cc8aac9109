"""Reads the provider's channel: whose call it is, and which marks the edge and the routers left on it.

The same headers come with an event, with `uuid_dump` and with a hand-over. What the edge did not say in its
own form is not believed: a channel without a call id, tenant and trunk that fit is nobody's call; a number
that holds more than a number is cut down to what can be printed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from call_router.adapters.switch.journey_text import Unreadable, journey_of
from call_router.adapters.switch.offer import offer_of
from call_router.domain.hand_over import Failure
from call_router.domain.journey import Journey, LegTimes
from call_router.domain.live_call import Channel
from call_router.domain.route import Call
from servicekit.telemetry.logging import logger

Headers = Mapping[str, str]

_log = logger(__name__)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:\[\]]{1,60}")
_SMALL = re.compile(r"[0-9]{1,6}")
_CODEC = re.compile(r"[A-Za-z0-9.-]{1,16}")
_CODE = re.compile(r"[a-z0-9_]{1,64}")
# an extension of the dialplan that the channel was sent to
_INNER = re.compile(r"\Akeepline-[a-z-]+\Z")
_MAX_NUMBER = 64
# how the edge writes who withholds the number (infra/kamailio/caller.cfg)
_WITHHELD = "anonymous"
_MARK = "variable_sip_h_X-Keepline-"
_SIP = "sip:"
_NO_REFUSAL = range(100, 300)
_UNFIT = "INCOMPATIBLE_DESTINATION"


def channel_of(headers: Headers, now: datetime) -> Channel | None:
    """None: not a call that the edge handed over. `now` stands in for a start that was not said."""
    tenant, trunk, call_id = (headers.get(_MARK + name, "") for name in ("Tenant", "Trunk", "Call-Id"))
    if not all(_ID.fullmatch(value) for value in (tenant, trunk, call_id)):
        return None
    called = _INNER.sub("", headers.get("Caller-Destination-Number", ""))
    address, edge = headers.get(_MARK + "Source", ""), headers.get(_MARK + "Edge", "")
    call = Call(
        tenant_id=tenant,
        trunk_id=trunk,
        called=_printable(
            headers.get("variable_sip_req_user") or ("" if _INNER.fullmatch(called) else called)
        ),
        caller=_caller(headers),
        source_address=address if _ADDRESS.fullmatch(address) else "",
        call_id=call_id,
        offer=offer_of(headers),
        attempt=number_of(headers, _MARK + "Attempt") or 1,
        edge_id=edge if _ID.fullmatch(edge) else "",
    )
    leg = number_of(headers, "variable_keepline_leg")
    return Channel(
        headers.get("Unique-ID", ""),
        call,
        moment_of(headers.get("Caller-Channel-Created-Time", "")) or now,
        journey=_journey(headers, call_id),
        leg=leg,
        times=leg_times(headers, "variable_keepline_leg_", leg),
        refused=_refused(headers),
    )


def failed_leg_of(headers: Headers) -> int | None:
    """None: the call has just come in."""
    return number_of(headers, "variable_keepline_failed_leg")


def failure_of(headers: Headers) -> Failure:
    """How the last leg ended. Without any sign of it, it is a transport failure like any other."""
    cause = headers.get("variable_originate_disposition", "")
    if cause in ("", "SUCCESS"):
        # bridged by its 183 before it failed: its own cause says why
        cause = headers.get("variable_last_bridge_hangup_cause", "")
    status = status_of(headers.get("variable_last_bridge_proto_specific_hangup_cause", ""))
    times = leg_times(headers, "variable_keepline_leg_", failed_leg_of(headers))
    if status in _NO_REFUSAL:
        # nothing could be read of its media, or it answered and was gone before the caller was answered
        return Failure(0, _UNFIT if times.answered_at is None else _printable(cause), times)
    return Failure(status, _printable(cause), times)


def leg_times(headers: Headers, prefix: str, leg: int | None) -> LegTimes:
    began, rang, media, answered = (
        _noted(headers, prefix + name, leg)[0] for name in ("began", "rang", "media", "answered")
    )
    return LegTimes(moment_of(began), moment_of(rang), moment_of(media), moment_of(answered))


def leg_codec(headers: Headers, leg: int | None) -> str:
    """That the leg was answered in; "" where it was not, or where that was not noted."""
    codec = _noted(headers, "variable_keepline_leg_answered", leg)[1]
    return codec if _CODEC.fullmatch(codec) else ""


def _noted(headers: Headers, name: str, leg: int | None) -> tuple[str, str]:
    """By the dialplan as `<leg>:<microseconds>`, of an answer with `:<codec>` behind it; what it noted of an
    earlier leg is not of this one."""
    index, _, said = headers.get(name, "").partition(":")
    moment, _, codec = said.partition(":")
    return (moment, codec) if leg is not None and index == str(leg) else ("", "")


def status_of(text: str) -> int:
    """Reads "sip:486" and "486"; 0 for everything else."""
    digits = text.removeprefix(_SIP)
    return int(digits) if _SMALL.fullmatch(digits) else 0


def moment_of(microseconds: str) -> datetime | None:
    """To the millisecond, as everything is told."""
    if not (microseconds.isascii() and microseconds.isdigit()) or len(microseconds) > len("1700000000000000"):
        return None
    milliseconds = int(microseconds) // 1000
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def number_of(headers: Headers, name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if _SMALL.fullmatch(text) else None


def _journey(headers: Headers, call_id: str) -> Journey | None:
    text = headers.get("variable_keepline_decision", "")
    if not text:
        return None
    try:
        return journey_of(text)
    except Unreadable as unreadable:
        _log.warning("A decision on a channel cannot be read.", call_id=call_id, reason=str(unreadable))
        return None


def _refused(headers: Headers) -> tuple[int, str] | None:
    status = headers.get("variable_keepline_refuse_status", "")
    code = headers.get("variable_keepline_refuse_code", "")
    if _SMALL.fullmatch(status) and _CODE.fullmatch(code):
        return int(status), code
    return None


def _caller(headers: Headers) -> str:
    caller = _printable(headers.get("Caller-Caller-ID-Number", ""))
    return "" if caller.lower() == _WITHHELD else caller


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_MAX_NUMBER]
