"""The dialplan of infra/freeswitch/dialplan/keepline.xml, as a function.

Rule: the router speaks by channel variables, which no SIP message can set; each is checked here again before
it becomes a destination or a reply. A caller who dials the name of an extension has none and is parked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PARK_SECONDS = 8.0
PARK_CAUSE = "NORMAL_TEMPORARY_FAILURE"

_URI = re.compile(
    r"sips?:[A-Za-z0-9+._~*%-]{1,128}@(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})"
    r"(:[1-9][0-9]{0,4})?(;transport=(udp|tcp|tls))?"
)
_SECONDS = re.compile(r"[1-9][0-9]{0,2}")
_CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS = re.compile(r"[3-6][0-9][0-9]")
_CODE = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True)
class ParkIt:
    pass


@dataclass(frozen=True, slots=True)
class BridgeTo:
    uri: str
    ring_seconds: int
    call_id: str


@dataclass(frozen=True, slots=True)
class RespondWith:
    status: int
    phrase: str


Step = ParkIt | BridgeTo | RespondWith


def decide(destination: str, variables: Mapping[str, str]) -> Step:
    def fits(name: str, pattern: re.Pattern[str]) -> bool:
        return pattern.fullmatch(variables.get(name, "")) is not None

    if destination == "keepline-leg" and (
        fits("keepline_leg_uri", _URI)
        and fits("keepline_leg_timeout", _SECONDS)
        and fits("keepline_call_id", _CALL_ID)
    ):
        seconds = int(variables["keepline_leg_timeout"])
        return BridgeTo(variables["keepline_leg_uri"], seconds, variables["keepline_call_id"])
    if destination == "keepline-refuse" and (
        fits("keepline_refuse_status", _STATUS) and fits("keepline_refuse_code", _CODE)
    ):
        status, code = int(variables["keepline_refuse_status"]), variables["keepline_refuse_code"]
        return RespondWith(status, f"Refused ({code})")
    instructed = variables.get("keepline_leg_uri") or variables.get("keepline_refuse_status")
    if destination in ("keepline-leg", "keepline-refuse") and instructed:
        return RespondWith(500, "Refused (unfit_instruction)")
    return ParkIt()
