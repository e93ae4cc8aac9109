"""What a router may set on a channel: nothing that the switch would expand, strip or split."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchlink.handover import ValueUnfit, multiset

SPOILED = [
    "${hostname}",
    "$a",
    "a'b",
    'a"b',
    "a\\b",
    "a|b",
    "a,b",
    "a\nb",
    "a\rb",
    "a b",
    "a\0b",
    "",
    "ü",
    "{a",
]


def test_what_is_set_is_one_argument_with_its_own_delimiter() -> None:
    told = {"keepline_do": "leg", "keepline_leg_uri": "sip:a%7C@[::1]:5060;transport=tcp"}
    assert multiset(told) == "^^|keepline_do=leg|keepline_leg_uri=sip:a%7C@[::1]:5060;transport=tcp"


@pytest.mark.parametrize("value", SPOILED)
def test_a_value_that_the_switch_would_change_is_refused(value: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        multiset({"keepline_do": "leg", "keepline_leg_uri": value})
    assert not value or value not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["", "api_reporting_hook", "keepline_", "keepline_A", "keepline_a=b", "keepline_a|b"]
)
def test_only_the_routers_own_variables_are_set(name: str) -> None:
    with pytest.raises(ValueUnfit):
        multiset({name: "1"})


def test_neither_nothing_nor_everything_is_set_at_once() -> None:
    for variables in ({}, {f"keepline_{n}": "1" for n in range(201)}, {"keepline_decision": "a" * 20_000}):
        with pytest.raises(ValueUnfit):
            multiset(variables)


@given(st.dictionaries(st.from_regex(r"keepline_[a-z0-9_]{1,60}", fullmatch=True), st.text(), max_size=5))
def test_whatever_is_accepted_is_read_back_as_it_was(variables: dict[str, str]) -> None:
    try:
        text = multiset(variables)
    except ValueUnfit:
        return
    assert dict(pair.split("=", 1) for pair in text.removeprefix("^^|").split("|")) == variables
    assert not set(text[3:]) - set(string.ascii_letters + string.digits + "_.:;=@%+~*[]/-|")
