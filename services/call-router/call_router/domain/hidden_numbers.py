"""A call event without telephone numbers: in the place of each stands what `hide` makes of it.

Numbers stand in fields of their own, in the user part of an agent's URI, and in sentences: there as E.164, or
as the provider dialled.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from call_router.domain import call_event as e
from call_router.domain.explain import Explained

Hide = Callable[[str], str]
_E164 = r"\+[0-9]{3,15}(?![0-9])"
_URI_USER = re.compile(r"(?<=sip:)\+?[0-9]+(?=@)|(?<=sips:)\+?[0-9]+(?=@)")


def without_numbers(event: e.CallEvent, called: str, hide: Hide) -> e.CallEvent:
    """`called`: as the provider sent it, which only the first event says and sentences repeat."""
    return replace(event, fact=_hidden(event.fact, called, hide))


def _hidden(fact: e.Fact, called: str, hide: Hide) -> e.Fact:
    match fact:
        case e.CallStarted():
            return replace(fact, caller=hide(fact.caller), called=hide(fact.called))
        case e.CallRouted(decision):
            return replace(fact, decision=_decision(decision, called, hide))
        case e.LegStarted():
            return replace(fact, uri=_uri(fact.uri, hide))
        case e.LegFailed():
            return replace(fact, reason=_words(fact.reason, called, hide))
        case e.CallEnded(whole=whole):
            legs = tuple([replace(leg, uri=_uri(leg.uri, hide)) for leg in whole.legs])
            caller, called_number = hide(whole.caller), hide(whole.called)
            number = hide(whole.number)
            whole = replace(whole, caller=caller, called=called_number, number=number, legs=legs)
            return replace(fact, whole=whole)
        case _:
            return fact


def _decision(decision: Explained, called: str, hide: Hide) -> Explained:
    legs = tuple([replace(leg, uri=_uri(leg.uri, hide)) for leg in decision.legs])
    trace = tuple([replace(step, detail=_words(step.detail, called, hide)) for step in decision.trace])
    reason = _words(decision.reason, called, hide)
    return replace(decision, reason=reason, number=hide(decision.number), legs=legs, trace=trace)


def _uri(uri: str, hide: Hide) -> str:
    return _URI_USER.sub(lambda user: hide(user[0]), uri)


def _words(text: str, called: str, hide: Hide) -> str:
    dialled = rf"|(?<![\w+]){re.escape(called)}(?!\w)" if called else ""
    return re.sub(_E164 + dialled, lambda number: hide(number[0]), _uri(text, hide))
