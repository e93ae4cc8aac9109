"""What the router may ask of a parked channel, as the dialplan in infra/freeswitch checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_URI = re.compile(
    r"sips?:[A-Za-z0-9+._~*%-]{1,128}@(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})"
    r"(:[1-9][0-9]{0,4})?(;transport=(udp|tcp|tls))?"
)
_SECONDS = re.compile(r"[1-9][0-9]{0,2}")
_CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS = re.compile(r"[3-6][0-9][0-9]")
_CODE = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True)
class DialLeg:
    uri: str
    ring_seconds: int
    call_id: str


@dataclass(frozen=True, slots=True)
class RefuseCall:
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class ParkCall:
    pass


UNFIT = RefuseCall(500, "Refused (unfit_instruction)")


def instruction(extension: str, variables: Mapping[str, str]) -> DialLeg | RefuseCall | ParkCall:
    if extension == "keepline-leg":
        return _leg(variables)
    if extension == "keepline-refuse":
        status, code = variables.get("keepline_refuse_status", ""), variables.get("keepline_refuse_code", "")
        if _STATUS.fullmatch(status) and _CODE.fullmatch(code):
            return RefuseCall(int(status), f"Refused ({code})")
        return UNFIT
    return ParkCall()


def _leg(variables: Mapping[str, str]) -> DialLeg | RefuseCall:
    uri, seconds = variables.get("keepline_leg_uri", ""), variables.get("keepline_leg_timeout", "")
    call_id = variables.get("keepline_call_id", "")
    if _URI.fullmatch(uri) and _SECONDS.fullmatch(seconds) and _CALL_ID.fullmatch(call_id):
        return DialLeg(uri, int(seconds), call_id)
    return UNFIT
