"""Explains a refusal: `explain(refusal, trunk, numbers, addresses) -> Explanation`, by the trunk and the
numbers as they are now.

Pure, and a table for whatever has one sentence. What is said depends on nothing of another tenant's.
"""

from sip_config.domain.refused.explain_number import explain_number
from sip_config.domain.refused.explain_source import explain_source
from sip_config.domain.refused.explanation import Explanation, Fix, FixKind, Rule
from sip_config.domain.refused.numbers import NumbersKnown
from sip_config.domain.refused.refusal import Refusal
from sip_config.domain.trunk import Trunk
from siptypes.address_policy import AddressPolicy
from siptypes.numbers import is_e164

_NUMBERS = frozenset({"number_unknown", "number_unreadable", "number_ambiguous"})
_SLOWER = "Have your provider send fewer calls at once, or ask the operator for more."
_SENTENCES: dict[str, tuple[Rule, str, str]] = {
    "number_malformed": (
        Rule.REQUEST,
        "The called number holds signs that no number has.",
        "Have your provider send digits with + in front, or as they are dialled.",
    ),
    "caller_malformed": (
        Rule.REQUEST,
        "Who calls (From) is not written in a form that can be read.",
        "Have your provider send exactly one address in From, with its tag.",
    ),
    "header_malformed": (
        Rule.REQUEST,
        "A header of the call is not as RFC 3261 has it.",
        "Tell your provider.",
    ),
    "extension_unsupported": (
        Rule.REQUEST,
        "The call requires an extension of SIP that we do not have.",
        "Have your provider send no Require header but those that we answer with.",
    ),
    "body_unsupported": (
        Rule.REQUEST,
        "The call brings a body other than a session description (SDP).",
        "Have your provider send application/sdp.",
    ),
    "answer_unacceptable": (
        Rule.REQUEST,
        "The call takes no session description (SDP) as an answer.",
        "Have your provider take application/sdp.",
    ),
    "trunk_rate_exceeded": (Rule.RATE, "{name} had more calls in a second than one trunk may have.", _SLOWER),
    "tenant_rate_exceeded": (Rule.RATE, "Your trunks had more calls in a second than you may have.", _SLOWER),
    "tenant_calls_exceeded": (Rule.OPEN_CALLS, "You had as many calls at once as you may have.", _SLOWER),
    "method_not_allowed": (
        Rule.REQUEST,
        "{method} was sent to {name}; calls are taken from its addresses, without registration.",
        "Set your provider or PBX to send calls to the trunk's domain without registering.",
    ),
    "plan_missing": (
        Rule.PLAN,
        "{number} is on {name}, and no routing plan says who answers it.",
        "Put the number on a routing plan.",
    ),
    "agent_missing": (
        Rule.AGENT,
        "The routing plan of {number} names nobody who can be called.",
        "Give the plan an agent that is there; a person needs a trunk that is there.",
    ),
    "codec_missing": (
        Rule.MEDIA,
        "{name} offered no codec that we speak.",
        "Have your provider offer PCMA or PCMU (G.711).",
    ),
    "no_switch": (
        Rule.PLATFORM,
        "None of our switches could take the call; it was not yours to change.",
        "Call again. If it lasts, tell the operator.",
    ),
    "trunk_unknown": (
        Rule.TRUNK_KNOWN,
        "It was sent to a name that is no trunk's, or to a trunk that is not known everywhere yet.",
        "Have your provider send to the trunk's own SIP domain; a new trunk is known everywhere in seconds.",
    ),
}
_STRANGERS = (
    Rule.TRUNK_KNOWN,
    "It was sent to no trunk's domain, and to no number that is held, from an address that no trunk knows.",
    "If it is a provider's, allow its address on the trunk, or have it send to the trunk's own SIP domain.",
)
_OTHERWISE = (Rule.REQUEST, "It was turned away.", "The page of its code says how to repair it.")


def explain(
    refusal: Refusal, trunk: Trunk | None, numbers: NumbersKnown, addresses: AddressPolicy
) -> Explanation:
    """trunk: the tenant's own; None where there is none, or none any more."""
    if trunk is None:
        return _without_trunk(refusal)
    if refusal.code == "source_not_allowed":
        return explain_source(refusal.source_address, trunk, addresses)
    if refusal.code == "trunk_disabled":
        return _disabled(trunk)
    if refusal.code in _NUMBERS:
        return explain_number(refusal.called, trunk, numbers)
    rule, detail, hint = _SENTENCES.get(refusal.code, _OTHERWISE)
    number = refusal.number or refusal.called or "the number"
    fixes = _plan_fix(refusal) if refusal.code == "plan_missing" else ()
    said = detail.format(name=trunk.fields.name, number=number, method=refusal.method or "A request")
    return Explanation(rule, said, hint, fixes=fixes)


def _plan_fix(refusal: Refusal) -> tuple[Fix, ...]:
    return (Fix(FixKind.PUT_ON_PLAN, number=refusal.number),) if is_e164(refusal.number) else ()


def explain_others(refusal: Refusal, trunk: Trunk | None) -> Explanation:
    """Of a row that stands for many, whose addresses and numbers are not listed."""
    if refusal.code == "source_not_allowed":
        rule = Rule.SOURCE
    elif refusal.code in _NUMBERS:
        rule = Rule.NUMBER
    else:
        rule = _SENTENCES.get(refusal.code, _STRANGERS if trunk is None else _OTHERWISE)[0]
    name = f" of {trunk.fields.name}" if trunk is not None else ""
    detail = f"More requests{name} than are listed one by one were turned away for this within the hour."
    return Explanation(rule, detail, "Look at those that are listed with the same code.")


def _without_trunk(refusal: Refusal) -> Explanation:
    if refusal.tenant_id:
        detail, hint = "The trunk that it was sent to is deleted.", "Have your provider send calls no longer."
        return Explanation(Rule.TRUNK_KNOWN, detail, hint)
    rule, detail, hint = _STRANGERS if refusal.code == "trunk_unknown" else _OTHERWISE
    return Explanation(rule, detail, hint)


def _disabled(trunk: Trunk) -> Explanation:
    name = trunk.fields.name
    if trunk.fields.enabled:
        return Explanation(Rule.TRUNK_ENABLED, f"{name} is switched on again.", "Call again.", holds_now=True)
    fixes = (Fix(FixKind.ENABLE_TRUNK),)
    return Explanation(Rule.TRUNK_ENABLED, f"{name} is switched off.", f"Switch {name} on.", fixes=fixes)
