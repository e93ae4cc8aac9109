"""Explains a refusal: `explain(refusal, trunk, numbers, addresses) -> Explanation`, by the trunk and the
numbers as they are now.

Pure, and a table for whatever has one sentence. What is said depends on nothing of another tenant's.
"""

from sip_config.domain.refused.explain_number import explain_number
from sip_config.domain.refused.explain_source import explain_source
from sip_config.domain.refused.explanation import Explanation, Fix, FixKind, Rule
from sip_config.domain.refused.named import NAMED
from sip_config.domain.refused.numbers import NumbersKnown
from sip_config.domain.refused.refusal import Refusal
from sip_config.domain.refused.sentences import OTHERWISE, SENTENCES, STRANGERS
from sip_config.domain.trunk import Trunk
from siptypes.address_policy import AddressPolicy
from siptypes.numbers import is_e164

_NUMBERS = frozenset({"number_unknown", "number_unreadable", "number_ambiguous"})


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
    rule, detail, hint = SENTENCES.get(refusal.code, OTHERWISE)
    if refusal.about:
        detail, hint = NAMED.get(refusal.code, (detail, hint))
    number = refusal.number or refusal.called or "the number"
    fixes = _plan_fix(refusal) if refusal.code == "plan_missing" else ()
    method, about = refusal.method or "A request", refusal.about
    said = detail.format(name=trunk.fields.name, number=number, method=method, about=about)
    return Explanation(rule, said, hint.format(about=about), fixes=fixes)


def _plan_fix(refusal: Refusal) -> tuple[Fix, ...]:
    return (Fix(FixKind.PUT_ON_PLAN, number=refusal.number),) if is_e164(refusal.number) else ()


def explain_others(refusal: Refusal, trunk: Trunk | None) -> Explanation:
    """Of a row that stands for many, whose addresses and numbers are not listed."""
    if refusal.code == "source_not_allowed":
        rule = Rule.SOURCE
    elif refusal.code in _NUMBERS:
        rule = Rule.NUMBER
    else:
        rule = SENTENCES.get(refusal.code, STRANGERS if trunk is None else OTHERWISE)[0]
    name = f" of {trunk.fields.name}" if trunk is not None else ""
    detail = f"More requests{name} than are listed one by one were turned away for this within the hour."
    return Explanation(rule, detail, "Look at those that are listed with the same code.")


def _without_trunk(refusal: Refusal) -> Explanation:
    if refusal.tenant_id:
        detail, hint = "The trunk that it was sent to is deleted.", "Have your provider send calls no longer."
        return Explanation(Rule.TRUNK_KNOWN, detail, hint)
    rule, detail, hint = STRANGERS if refusal.code == "trunk_unknown" else OTHERWISE
    return Explanation(rule, detail, hint)


def _disabled(trunk: Trunk) -> Explanation:
    name = trunk.fields.name
    if trunk.fields.enabled:
        return Explanation(Rule.TRUNK_ENABLED, f"{name} is switched on again.", "Call again.", holds_now=True)
    fixes = (Fix(FixKind.ENABLE_TRUNK),)
    return Explanation(Rule.TRUNK_ENABLED, f"{name} is switched off.", f"Switch {name} on.", fixes=fixes)
