"""Why a request was turned away, the nearest miss, and what is offered for it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servicekit.addresses import AddressPolicy
from sip_config.domain.refused.explain import explain
from sip_config.domain.refused.explanation import Explanation, FixKind, Nearest, Rule
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy, address_of
from sip_config.domain.refused.sentences import SENTENCES
from sip_config.domain.trunk import Trunk

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ADDRESSES = AddressPolicy.of(["198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"], ["198.51.100.66"])
KAMAILIO = Path(__file__).parents[3] / "infra" / "kamailio"
Make = Callable[..., Trunk]


@dataclass(frozen=True)
class Numbers:
    """By E.164: the trunk that holds it."""

    of: Mapping[str, str] = field(default_factory=dict)

    def ending(self, trunk_id: str, end: str) -> OwnNumber | None:
        found = (n for n, t in self.of.items() if t == trunk_id and n.endswith(end))
        return next((OwnNumber(f"num_{n}", n, trunk_id) for n in found), None)

    def held(self, number: str) -> OwnNumber | None:
        return OwnNumber(f"num_{number}", number, self.of[number]) if number in self.of else None


def refusal(
    code: str, source: str = "198.51.100.7", called: str = "", number: str = "", about: str = ""
) -> Refusal:
    of = (NOW, "t_a", "trk_1", code, 403, SaidBy.EDGE, source, called, "", number, "", "edge1")
    return Refusal(*of, Place("edge/0", 1), about=about)


def explained(trunk: Trunk, told: Refusal, **numbers: str) -> Explanation:
    return explain(told, trunk, Numbers({f"+{n[1:]}": t for n, t in numbers.items()}), ADDRESSES)


@dataclass(frozen=True)
class Source:
    networks: str
    address: str
    nearest: str = ""
    outside: bool = False
    offered: str = ""
    """What may be allowed: the address itself, and the wider network."""


SOURCES = [
    Source("198.51.100.0/30", "198.51.100.7", "198.51.100.0/30", True, "198.51.100.7/32 198.51.100.0/29"),
    Source("198.51.100.0/29", "198.51.100.9", "198.51.100.0/29", True, "198.51.100.9/32 198.51.100.0/28"),
    Source("198.51.100.1/32", "198.51.100.15", "198.51.100.1/32", True, "198.51.100.15/32 198.51.100.0/28"),
    # more than sixteen times as wide would be a guess
    Source("198.51.100.1/32", "198.51.100.17", "198.51.100.1/32", False, "198.51.100.17/32"),
    Source("203.0.113.0/24", "203.0.112.9", "203.0.113.0/24", False, "203.0.112.9/32"),
    # the wider network would hold an address of ours
    Source("198.51.100.0/25", "198.51.100.200", "198.51.100.0/25", True, "198.51.100.200/32"),
    Source("203.0.113.0/30 198.51.100.0/31", "198.51.100.2", "198.51.100.0/31", True, "198.51.100.2/32 198.51.100.0/30"),  # noqa: E501
    Source("2001:db8::/126", "2001:db8::5", "2001:db8::/126", True, "2001:db8::5/128 2001:db8::/125"),
    Source("2001:db8::/126", "198.51.100.7", offered="198.51.100.7/32"),
    Source("", "198.51.100.7", offered="198.51.100.7/32"),
    # ours, and a private one: never offered
    Source("198.51.100.64/31", "198.51.100.66", "198.51.100.64/31", True),
    Source("198.51.100.0/30", "10.0.0.1", "198.51.100.0/30"),
    Source("198.51.100.0/30", "what"),
]  # fmt: skip


@pytest.mark.parametrize("given", SOURCES, ids=lambda one: f"{one.address} of {one.networks}")
def test_an_address_that_may_not_send(trunk: Make, given: Source) -> None:
    told = refusal("source_not_allowed", given.address)
    found = explained(trunk(source_cidrs=tuple(given.networks.split())), told)
    assert found.rule is Rule.SOURCE
    assert found.nearest == (Nearest(given.nearest, given.outside) if given.nearest else None)
    assert [fix.source_cidr for fix in found.fixes] == given.offered.split()
    assert [fix.kind for fix in found.fixes] == list(FixKind)[: len(found.fixes)]
    assert not found.holds_now
    assert ("just outside" in found.detail) == given.outside


def test_the_sentence_names_the_network_and_the_address(trunk: Make) -> None:
    found = explained(trunk(source_cidrs=("198.51.100.0/30",)), refusal("source_not_allowed"))
    sentence = "Acme may send from 198.51.100.0/30; 198.51.100.7 is just outside of 198.51.100.0/30."
    assert found.detail == sentence


def test_a_wider_network_takes_the_place_of_those_that_it_holds(trunk: Make) -> None:
    sources = ("198.51.100.0/31", "198.51.100.2/31", "203.0.113.0/30")
    found = explained(trunk(source_cidrs=sources), refusal("source_not_allowed"))
    assert [fix.replaces for fix in found.fixes] == [(), sources[:2]]


def test_an_address_that_may_send_by_now_is_no_miss_any_more(trunk: Make) -> None:
    found = explained(trunk(source_cidrs=("198.51.100.0/29",)), refusal("source_not_allowed"))
    assert (found.holds_now, found.fixes) == (True, ())


@dataclass(frozen=True)
class Called:
    country: str
    called: str
    held: str = ""
    """The tenant's number and its trunk."""
    read_as: str = ""
    nearest: str = ""
    fixes: str = ""
    holds_now: bool = False


BERLIN, LONDON, ROME = "+49301234567", "+442079460123", "+390612345678"
BUENOS_AIRES, FIXED = "+5491123456789", "+541123456789"
MOVE = f"move_number:{BUENOS_AIRES}"
NUMBERS = [
    Called("DE", "030 1234567", "", BERLIN, "", f"add_number:{BERLIN}"),
    Called("DE", BERLIN, "", BERLIN, "", f"add_number:{BERLIN}"),
    Called("DE", "0049301234567", "", BERLIN, "", f"add_number:{BERLIN}"),
    # dialled as in the country of the number, on a trunk of another country
    Called("US", "0301234567", f"{BERLIN} trk_1", "", BERLIN, "read_as_country:DE"),
    Called("FR", "0301234567", f"{BERLIN} trk_1", "+33301234567", BERLIN, "read_as_country:DE"),
    Called("DE", "02079460123", f"{LONDON} trk_1", "", LONDON, "read_as_country:GB"),
    # without its area code: no country would read it
    Called("DE", "1234567", f"{BERLIN} trk_1", "", BERLIN),
    # with a zero too many: that country would not read it either
    Called("US", "00301234567", f"{BERLIN} trk_1", "", BERLIN),
    # on another trunk of the same tenant
    Called("DE", "0301234567", f"{BERLIN} trk_2", BERLIN, BERLIN, f"move_number:{BERLIN}"),
    Called("DE", "0301234567", f"{BERLIN} trk_1", BERLIN, holds_now=True),
    # the zero that belongs to the number was left out
    Called("IT", "39612345678", f"{ROME} trk_1", "", ROME),
    # in Argentina one telephone has two writings
    Called("AR", "541123456789", f"{BUENOS_AIRES} trk_2", f"{FIXED} {BUENOS_AIRES}", BUENOS_AIRES, MOVE),
    # a number that the numbering plan does not know, held all the same
    Called("US", "+16243050123", "+16243050123 trk_1", "+16243050123", holds_now=True),
    Called("DE", "12345"),
    Called("DE", "sip-user"),
    # numbers are hidden
    Called("DE", "hmac-00112233445566778899aabbccddeeff"),
    Called("DE", "**67", f"{BERLIN} trk_1"),
]


@pytest.mark.parametrize("given", NUMBERS, ids=lambda one: f"{one.called} in {one.country}, {one.held}")
@pytest.mark.parametrize("code", ["number_unknown", "number_unreadable"])
def test_a_number_that_nobody_answers(trunk: Make, code: str, given: Called) -> None:
    held = Numbers(dict([given.held.split()])) if given.held else Numbers()
    found = explain(refusal(code, called=given.called), trunk(country=given.country), held, ADDRESSES)
    assert found.rule is Rule.NUMBER
    assert " ".join(found.read_as) == given.read_as
    assert (found.nearest.number if found.nearest else "") == given.nearest
    assert [fix.id for fix in found.fixes] == given.fixes.split()
    assert found.holds_now is given.holds_now
    assert given.called in found.detail


def test_a_number_that_means_two_is_not_guessed(trunk: Make) -> None:
    both = {"+49301234567": "trk_1", "+4949301234567": "trk_1"}
    called = "49301234567"
    found = explain(refusal("number_ambiguous", called=called), trunk(), Numbers(both), ADDRESSES)
    assert (found.fixes, found.holds_now) == ((), len(found.read_as) == 1)


def test_a_trunk_that_is_switched_off_is_switched_on(trunk: Make) -> None:
    told = refusal("trunk_disabled")
    assert [fix.id for fix in explained(trunk(enabled=False), told).fixes] == ["enable_trunk"]
    assert explained(trunk(), told).holds_now


OTHERS = [
    ("trunk_rate_exceeded", Rule.RATE),
    ("tenant_rate_exceeded", Rule.RATE),
    ("tenant_calls_exceeded", Rule.OPEN_CALLS),
    ("number_malformed", Rule.REQUEST),
    ("caller_malformed", Rule.REQUEST),
    ("header_malformed", Rule.REQUEST),
    ("extension_unsupported", Rule.REQUEST),
    ("body_unsupported", Rule.REQUEST),
    ("answer_unacceptable", Rule.REQUEST),
    ("request_malformed", Rule.REQUEST),
    ("message_too_large", Rule.REQUEST),
    ("too_many_hops", Rule.REQUEST),
    ("call_unknown", Rule.REQUEST),
    ("source_rate_exceeded", Rule.RATE),
    ("method_not_allowed", Rule.REQUEST),
    ("plan_missing", Rule.PLAN),
    ("agent_missing", Rule.AGENT),
    ("codec_missing", Rule.MEDIA),
    ("no_switch", Rule.PLATFORM),
    ("trunk_unknown", Rule.TRUNK_KNOWN),
    ("of_a_later_version", Rule.REQUEST),
]


@pytest.mark.parametrize(("code", "rule"), OTHERS)
def test_every_code_has_a_sentence(trunk: Make, code: str, rule: Rule) -> None:
    found = explained(trunk(), refusal(code, number="+49301234567"))
    assert found.rule is rule
    assert found.detail and found.hint
    assert "{" not in found.detail
    assert [fix.kind for fix in found.fixes] == ([FixKind.PUT_ON_PLAN] if code == "plan_missing" else [])


@pytest.mark.parametrize(
    "code", ["header_malformed", "extension_unsupported", "body_unsupported", "answer_unacceptable"]
)
@pytest.mark.parametrize("about", ["path", "{name}"])
def test_what_the_edge_named_is_said(trunk: Make, code: str, about: str) -> None:
    found, before = explained(trunk(), refusal(code, about=about)), explained(trunk(), refusal(code))
    assert found.rule is before.rule
    assert about in found.detail and about not in before.detail
    assert "{about}" not in found.hint


def test_what_the_edge_named_beside_another_code_changes_nothing(trunk: Make) -> None:
    told = refusal("method_not_allowed", about="REGISTER")
    assert explained(trunk(), told) == explained(trunk(), refusal("method_not_allowed"))


# without tables an edge knows no tenant; a switch's request is nobody's; the rest looks at trunk and numbers
ELSEWHERE = {"edge_not_ready", "leg_transport_unavailable", "source_not_allowed", "trunk_disabled"}
LOOKED_AT = {"number_unknown", "number_ambiguous"}


def test_every_code_of_the_edge_has_a_sentence_of_its_own() -> None:
    edge = "".join(file.read_text() for file in sorted(KAMAILIO.glob("*.cfg")))
    told = set(re.findall(r'\$var\(code\) = "(\w+)"', edge))
    assert {"too_many_hops", "request_malformed"} < told
    assert told - ELSEWHERE - LOOKED_AT <= set(SENTENCES)


def test_what_belongs_to_nobody_and_what_lost_its_trunk_has_no_fix() -> None:
    told = refusal("source_not_allowed")
    assert "deleted" in explain(told, None, Numbers(), ADDRESSES).detail


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("198.51.100.7:5060", "198.51.100.7"),
        ("198.51.100.7", "198.51.100.7"),
        ("[2001:db8::7]:5060", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("", ""),
    ],
)
def test_an_address_is_told_without_its_port(source: str, address: str) -> None:
    assert address_of(source) == address
