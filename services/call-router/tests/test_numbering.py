"""How a called number is read: as a provider of each country writes it."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_router.adapters.country_rules import rules_of
from call_router.domain.numbering import NO_COUNTRY, readings
from siptypes.numbers import is_e164


@dataclass(frozen=True, slots=True)
class Row:
    called: str
    country: str
    expect: str


ROWS = [
    Row("+49301234567", "DE", "+49301234567"),
    Row("49301234567", "DE", "+49301234567"),
    Row("0049301234567", "DE", "+49301234567"),
    Row("0301234567", "DE", "+49301234567"),
    Row("030/1234567".replace("/", "-"), "DE", "+49301234567"),
    Row("(030) 123-4567", "DE", "+49301234567"),
    Row("+1 212 555 0123", "DE", "+12125550123"),
    Row("2125550123", "US", "+12125550123"),
    Row("12125550123", "US", "+12125550123"),
    Row("01149301234567", "US", "+49301234567"),
    Row("0049301234567", "US", "+49301234567"),
    Row("02079460123", "GB", "+442079460123"),
    Row("0669812345", "IT", "+390669812345"),
    Row("390669812345", "IT", "+390669812345"),
    Row("912345678", "ES", "+34912345678"),
    Row("0145678901", "FR", "+33145678901"),
    Row("84951234567", "RU", "+74951234567"),
    Row("81049301234567", "RU", "+49301234567"),
    Row("0312345678", "JP", "+81312345678"),
    Row("01049301234567", "JP", "+49301234567"),
    Row("001149301234567", "AU", "+49301234567"),
    Row("0612345678", "HU", "+3612345678"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.called} in {row.country}")
def test_a_number_is_read_as_its_country_writes_it(row: Row) -> None:
    assert row.expect in readings(row.called, rules_of(row.country))


@pytest.mark.parametrize(
    "called",
    [
        "",
        "+",
        "anonymous",
        "+49301234567x",
        "keepline-leg",
        "123",
        "+1234567890123456",
        "٠١٢٣٤٥٦٧٨٩",
        "1" * 41,
    ]
    + [f"+4930123{bad}4567" for bad in ("\r\n", ",", "{", "${x}", ";", "|", "\x00", "'", "%0d")],
)
def test_what_is_not_a_number_has_no_reading(called: str) -> None:
    assert readings(called, rules_of("DE")) == ()


def test_an_unknown_country_still_understands_international_writing() -> None:
    assert rules_of("XX") == NO_COUNTRY
    assert readings("0049301234567", NO_COUNTRY) == ("+49301234567",)
    assert readings("0301234567", NO_COUNTRY) == ()


@given(
    st.text(max_size=50) | st.from_regex(r"\+?[0-9 ().-]{0,45}", fullmatch=True),
    st.sampled_from(["DE", "US", "IT", "RU", "XX"]),
)
def test_whatever_comes_in_a_reading_is_a_plus_and_digits(called: str, country: str) -> None:
    found = readings(called, rules_of(country))
    assert all(re.fullmatch(r"\+[0-9]{6,15}", number) for number in found)
    assert len(set(found)) == len(found)


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_e164_stands_for_itself_in_every_country(number: str) -> None:
    assert is_e164(number)
    assert readings(number, rules_of("US")) == readings(number, NO_COUNTRY) == (number,)
