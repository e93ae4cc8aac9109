"""Who ended a call, and why, by what the switch says of the provider's channel.

A BYE or CANCEL that came in is the caller's. One that went out is the agent's only where the agent's own BYE
came before it, which the switch notes on this channel as `sip:200`; otherwise we ended the call: packets
stopped, an operator ended it, the switch was shut down. Of a 200 without its ACK, and of a session that the
caller promised to refresh and did not, FreeSWITCH notes nothing.

A session that is over (RFC 4028) ends in one of three ways: the side that promised to refresh it did not, our
own refresh was not answered (408), or answered by somebody who knows of no call (481).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from call_router.domain.call_event import EndedBy

ACK_MISSING, SESSION_EXPIRED = "ack_missing", "session_expired"
_BY_CALLER = ("recv_bye", "recv_cancel")
_BYE = "sip:200"
# the agent's session is over: our refresh was not answered, or answered by who knows of no call
_NOT_REFRESHED = ("sip:408", "sip:481")
# "to BYE" is sofia-sip's of a BYE that it sent by itself; of the agent's BYE this is "OK". The ledger keeps
# no more than the first letter, since other phrases are written outside.
_EXPIRED = "t"
# a refusal after the answer is one of our refresh
_REFRESH_REFUSED = "recv_refuse"
_BY_OPERATOR = "MANAGER_REQUEST"
# 64 times T1 is 32 s (RFC 3261, 13.3.1.4); a session that nobody refreshes lasts 90 s or more (RFC 4028, 4)
_GIVEN_UP_WITHIN = timedelta(seconds=60)


def ended_by(headers: Mapping[str, str]) -> EndedBy:
    """In the names of events."""
    disposition = headers.get("variable_sip_hangup_disposition", "")
    if disposition in _BY_CALLER:
        return "caller"
    by_agent = _far(headers) == _BYE and not _is_agents_session_over(headers)
    return "agent" if disposition == "send_bye" and by_agent else "keepline"


def cause_of(headers: Mapping[str, str], answered_at: datetime | None, at: datetime) -> str:
    """As the switch says it, but for three ends for which it has no name of their own."""
    cause = headers.get("variable_hangup_cause") or headers.get("Hangup-Cause", "")
    if answered_at is None or ended_by(headers) != "keepline":
        return cause
    disposition = headers.get("variable_sip_hangup_disposition", "")
    if not disposition:
        return ACK_MISSING if at - answered_at < _GIVEN_UP_WITHIN else SESSION_EXPIRED
    if disposition == _REFRESH_REFUSED or _is_agents_session_over(headers):
        return SESSION_EXPIRED
    # what ended by itself has another cause
    return _BY_OPERATOR if cause == "NORMAL_CLEARING" else cause


def _is_agents_session_over(headers: Mapping[str, str]) -> bool:
    far, phrase = _far(headers), headers.get("variable_sip_hangup_phrase", "")
    return far in _NOT_REFRESHED or (far != "" and phrase.startswith(_EXPIRED))


def _far(headers: Mapping[str, str]) -> str:
    return headers.get("variable_last_bridge_proto_specific_hangup_cause", "")
