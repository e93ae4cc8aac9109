"""How a called number is read: as a provider of each country writes it."""

import re
from dataclasses import dataclass

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siptypes.country_rules import rules_of
from siptypes.numbering import readings
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
    Row("3345678", "BS", "+12423345678"),
    Row("01511987654321", "BR", "+5511987654321"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.called} in {row.country}")
def test_a_number_is_read_as_its_country_writes_it(row: Row) -> None:
    assert row.expect in readings(row.called, rules_of(row.country))


# the zero that is dialled at home, kept where it must go or dropped where it must stay (E.164, 6)
ZEROS = [
    ("02079460123", "GB", ("+442079460123",)),
    ("+4402079460123", "GB", ("+442079460123",)),
    ("4402079460123", "GB", ("+442079460123",)),
    ("00442079460123", "GB", ("+442079460123",)),
    ("004402079460123", "GB", ("+442079460123",)),
    ("+00442079460123", "GB", ("+442079460123",)),
    ("+02079460123", "GB", ("+442079460123",)),
    ("+44 (0)20 7946 0123", "GB", ("+442079460123",)),
    ("+4402079460123", "DE", ("+442079460123",)),
    ("+00442079460123", "XX", ("+442079460123",)),
    ("+490301234567", "DE", ("+49301234567",)),
    ("+01149301234567", "US", ("+49301234567",)),
    ("0612345678", "IT", ("+390612345678",)),
    ("00390612345678", "DE", ("+390612345678",)),
    ("390612345678", "IT", ("+390612345678", "+39390612345678")),
    ("39612345678", "IT", ("+39612345678", "+3939612345678")),
    ("+24107123456", "GA", ("+24107123456",)),
    ("+78121234567", "RU", ("+78121234567",)),
    ("00000000000", "DE", ()),
    ("+440", "GB", ()),
]


@pytest.mark.parametrize(("called", "country", "expect"), ZEROS)
def test_a_wrong_zero_is_read_away_and_a_right_one_kept(
    called: str, country: str, expect: tuple[str, ...]
) -> None:
    assert readings(called, rules_of(country)) == expect


MEXICO, FIXED, MOBILE = "+525512345678", "+541123456789", "+5491123456789"
OTHER_WRITINGS = [
    ("5215512345678", "MX", {MEXICO}),
    ("+5215512345678", "US", {MEXICO}),
    ("525512345678", "MX", {MEXICO}),
    ("015512345678", "MX", {MEXICO}),
    ("0445512345678", "MX", {MEXICO}),
    ("5512345678", "MX", {MEXICO}),
    ("541123456789", "AR", {FIXED, MOBILE}),
    ("+5491123456789", "AR", {FIXED, MOBILE}),
    ("005491123456789", "DE", {FIXED, MOBILE}),
    ("01123456789", "AR", {FIXED, MOBILE}),
    ("0111523456789", "AR", {FIXED, MOBILE}),
    ("+54111523456789", "AR", {FIXED, MOBILE}),
    ("1523456789", "AR", {MOBILE}),
]


@pytest.mark.parametrize(("called", "country", "expect"), OTHER_WRITINGS)
def test_what_a_country_still_writes_in_two_ways_reads_as_both(
    called: str, country: str, expect: set[str]
) -> None:
    assert set(readings(called, rules_of(country))) >= expect


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
    assert readings("0049301234567", rules_of("XX")) == ("+49301234567",)
    assert readings("0301234567", rules_of("XX")) == ()


COUNTRIES = ["DE", "GB", "US", "IT", "RU", "MX", "AR", "BR", "XX"]


@given(
    st.text(max_size=50) | st.from_regex(r"\+?[0-9 ().-]{0,45}", fullmatch=True), st.sampled_from(COUNTRIES)
)
def test_whatever_comes_in_a_reading_is_a_plus_and_digits(called: str, country: str) -> None:
    found = readings(called, rules_of(country))
    assert all(re.fullmatch(r"\+[1-9][0-9]{5,14}", number) for number in found)
    assert len(set(found)) == len(found)


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_e164_reads_the_same_in_every_country(number: str) -> None:
    assert is_e164(number)
    assert len({readings(number, rules_of(country)) for country in COUNTRIES}) == 1


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(["+", "", "00", "+00"]))
def test_a_number_that_its_country_has_in_use_is_among_its_readings(country: str, before: str) -> None:
    example = phonenumbers.example_number(country)
    assert example is not None
    written = [phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)]
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    written.append(before + e164[1:])
    assert all(e164 in readings(one, rules_of(country)) for one in written)


@given(st.from_regex(r"[1-9][0-9]{9}", fullmatch=True), st.sampled_from(["DE", "GB", "JP"]))
def test_the_zero_of_home_behind_the_code_changes_nothing(national: str, country: str) -> None:
    code = phonenumbers.country_code_for_region(country)
    with_zero, without = f"+{code}0{national}", f"+{code}{national}"
    assert without in readings(with_zero, rules_of(country))
    assert with_zero not in readings(with_zero, rules_of(country))
