"""How a decision can end: a stable code and the SIP status that a refusal is answered with.

Why these statuses: 404 is said only where the number is not ours (a carrier may remember it), 480 where it
is ours and nobody can answer now, 488 where no codec of the offer is ours (RFC 3261, 21.4.26), 503 only for
our own trouble (a carrier then tries another edge).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str
    sip_status: int


ROUTED = Outcome("routed", 0)
TABLE_MISSING = Outcome("table_missing", 503)
TRUNK_UNKNOWN = Outcome("trunk_unknown", 404)
TRUNK_DISABLED = Outcome("trunk_disabled", 403)
NUMBER_UNREADABLE = Outcome("number_unreadable", 404)
NUMBER_UNKNOWN = Outcome("number_unknown", 404)
NUMBER_AMBIGUOUS = Outcome("number_ambiguous", 404)
PLAN_MISSING = Outcome("plan_missing", 480)
AGENT_MISSING = Outcome("agent_missing", 480)
CODEC_MISSING = Outcome("codec_missing", 488)

ALL = (
    ROUTED,
    TABLE_MISSING,
    TRUNK_UNKNOWN,
    TRUNK_DISABLED,
    NUMBER_UNREADABLE,
    NUMBER_UNKNOWN,
    NUMBER_AMBIGUOUS,
    PLAN_MISSING,
    AGENT_MISSING,
    CODEC_MISSING,
)
