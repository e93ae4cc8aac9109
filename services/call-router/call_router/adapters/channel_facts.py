"""Reads a channel of the switch: whose call it is, and which marks a router left on it.

Rule: what the edge did not say in its own form is not believed. A channel without a call id, tenant and trunk
that fit is nobody's call; a number that holds more than a number is cut down to what can be printed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from call_router.domain.call_state import Channel, Failure
from call_router.domain.route import Call

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SOURCE = re.compile(r"[0-9A-Fa-f.:\[\]]{1,60}")
_SMALL = re.compile(r"[0-9]{1,6}")
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_INNER = re.compile(r"keepline-(leg|refuse)")
_MAX_NUMBER = 64
_SIP = "sip:"

# Names of the variables, as the event prefixes them; `uuid_getvar` takes them without the prefix.
TENANT = "sip_h_X-Keepline-Tenant"
TRUNK = "sip_h_X-Keepline-Trunk"
CALL_ID = "sip_h_X-Keepline-Call-Id"
SOURCE = "sip_h_X-Keepline-Source"
CALLED = "sip_req_user"
LEG = "keepline_leg"
REFUSE_STATUS = "keepline_refuse_status"
REFUSE_CODE = "keepline_refuse_code"
DISPOSITION = "originate_disposition"
PROTO_CAUSE = "last_bridge_proto_specific_hangup_cause"
APPLICATION = "current_application"
ALL = (
    TENANT,
    TRUNK,
    CALL_ID,
    SOURCE,
    CALLED,
    LEG,
    REFUSE_STATUS,
    REFUSE_CODE,
    DISPOSITION,
    PROTO_CAUSE,
    APPLICATION,
)


def channel_of(
    uuid: str, variables: Mapping[str, str], called: str, caller: str, started_at: datetime
) -> Channel | None:
    """None: not a call that the edge handed over."""
    tenant, trunk, call_id = (variables.get(name, "") for name in (TENANT, TRUNK, CALL_ID))
    if not all(_ID.fullmatch(value) for value in (tenant, trunk, call_id)):
        return None
    source = variables.get(SOURCE, "")
    call = Call(
        tenant_id=tenant,
        trunk_id=trunk,
        called=_printable(variables.get(CALLED) or ("" if _INNER.fullmatch(called) else called)),
        caller=_printable(caller),
        source=source if _SOURCE.fullmatch(source) else "",
        call_id=call_id,
    )
    leg = variables.get(LEG, "")
    return Channel(uuid, call, started_at, int(leg) if _SMALL.fullmatch(leg) else None, _refused(variables))


def failure_of(variables: Mapping[str, str]) -> Failure | None:
    """How the last bridge ended; None when there was none."""
    cause = variables.get(DISPOSITION, "")
    if not cause or cause == "SUCCESS":
        return None
    return Failure(status_of(variables.get(PROTO_CAUSE, "")), _printable(cause))


def status_of(text: str) -> int:
    """Reads "sip:486" and "486"; 0 for everything else."""
    digits = text.removeprefix(_SIP)
    return int(digits) if _SMALL.fullmatch(digits) else 0


def moment_of(microseconds: str) -> datetime | None:
    if not (microseconds.isascii() and microseconds.isdigit()) or len(microseconds) > len("1700000000000000"):
        return None
    return datetime.fromtimestamp(int(microseconds) / 1_000_000, UTC) if int(microseconds) else None


def _refused(variables: Mapping[str, str]) -> tuple[int, str] | None:
    status, code = variables.get(REFUSE_STATUS, ""), variables.get(REFUSE_CODE, "")
    if _SMALL.fullmatch(status) and _CODE.fullmatch(code):
        return int(status), code
    return None


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:_MAX_NUMBER]
