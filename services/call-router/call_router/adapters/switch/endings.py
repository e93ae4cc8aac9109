"""Who ended a call, and why, by what the switch says of the provider's channel.

A BYE or CANCEL that came in is the caller's. One that went out is the agent's only where the agent's own BYE
came before it, which the switch notes on this channel as `sip:200`; otherwise we ended the call: packets
stopped, an operator ended it, the switch was shut down. Of a 200 without its ACK, and of a session that the
caller did not refresh, FreeSWITCH notes nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from call_router.domain.call_event import EndedBy

ACK_MISSING, SESSION_EXPIRED = "ack_missing", "session_expired"
_BY_CALLER = ("recv_bye", "recv_cancel")
_AGENTS_BYE = "sip:200"
_BY_OPERATOR = "MANAGER_REQUEST"
# 64 times T1 is 32 s (RFC 3261, 13.3.1.4); a session that nobody refreshes lasts 90 s or more (RFC 4028, 4)
_GIVEN_UP_WITHIN = timedelta(seconds=60)


def ended_by(headers: Mapping[str, str]) -> EndedBy:
    """In the names of events."""
    disposition = headers.get("variable_sip_hangup_disposition", "")
    if disposition in _BY_CALLER:
        return "caller"
    far = headers.get("variable_last_bridge_proto_specific_hangup_cause", "")
    return "agent" if disposition == "send_bye" and far == _AGENTS_BYE else "keepline"


def cause_of(headers: Mapping[str, str], answered_at: datetime | None, at: datetime) -> str:
    """As the switch says it, but for three ends for which it has no name of their own."""
    cause = headers.get("variable_hangup_cause") or headers.get("Hangup-Cause", "")
    if answered_at is None or ended_by(headers) != "keepline":
        return cause
    if not headers.get("variable_sip_hangup_disposition"):
        return ACK_MISSING if at - answered_at < _GIVEN_UP_WITHIN else SESSION_EXPIRED
    # what ended by itself has another cause
    return _BY_OPERATOR if cause == "NORMAL_CLEARING" else cause
