"""Lines as people paste them: from spreadsheets, address books, mails and files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_sources.domain.e164 import E164, Unreadable
from phone_sources.domain.number import NO_COUNTRY
from phone_sources.domain.pasted import MAX_LINE, read_line

NEW_YORK, BERLIN = "+12127365000", "+493023125432"
READ = [
    ("national", "(212) 736-5000", "US", NEW_YORK, ""),
    ("comma", "(212) 736-5000,Front desk", "US", NEW_YORK, "Front desk"),
    ("semicolon, as spreadsheets in Europe write", "030 23125432;Bar, unten", "DE", BERLIN, "Bar, unten"),
    ("tab, as copied from a spreadsheet", "030 23125432\tBar\tsecond floor", "DE", BERLIN, "Bar"),
    (
        "quoted, with the separator in it",
        '"+49 30 23125432","Bar, downstairs"',
        "US",
        BERLIN,
        "Bar, downstairs",
    ),
    ("a quotation mark in a label", '+493023125432,"The ""Blue"" Bar"', "US", BERLIN, 'The "Blue" Bar'),
    ("the label first", "Front desk, +49 30 23125432", "US", BERLIN, "Front desk"),
    ("a row's number before it", "12;030 23125432;Bar", "DE", BERLIN, "12"),
    ("an empty cell between", "030 23125432;;Bar", "DE", BERLIN, "Bar"),
    ("long dashes and thin blanks", "+49\u202f30\u201323125\u2011432", "US", BERLIN, ""),
    ("marks of direction, as address books copy", "\u202a+49 30 23125432\u202c", "US", BERLIN, ""),
    ("the mark at the beginning of a file", "\ufeff+493023125432;Bar", "US", BERLIN, "Bar"),
    ("a link", "tel:+493023125432", "US", BERLIN, ""),
    ("kept as text by a spreadsheet", "'+493023125432", "US", BERLIN, ""),
    ("the end of a line", "030 23125432;Bar\r\n", "DE", BERLIN, "Bar"),
    ("an open quotation mark", '"030 23125432', "DE", BERLIN, ""),
    ("international without a country", "+49 30 23125432", NO_COUNTRY, BERLIN, ""),
]
UNREAD = [
    ("nothing", "", "DE", "number_empty"),
    ("blanks", " \t ", "DE", "number_empty"),
    ("a heading", "Number;Label", "DE", "number_characters"),
    ("two lines in one", "030 23125432\r\n030 23125433", "DE", "number_characters"),
    ("a null", "030 23125432\0", "DE", "number_characters"),
    ("what a spreadsheet makes of it", "4.9302312E+11", "DE", "number_characters"),
    ("too short, beside its label", "Bar;+49 30", "DE", "number_without_area"),
    ("emergency", "112;Help", "DE", "number_emergency"),
    ("huge", "0" * (MAX_LINE + 1), "DE", "line_too_long"),
    ("national, and nobody says where", "030 23125432", NO_COUNTRY, "number_country_unsaid"),
    ("many cells", ";" * 400, "DE", "number_empty"),
]


@pytest.mark.parametrize(("name", "line", "country", "number", "label"), READ, ids=[r[0] for r in READ])
def test_a_line_is_read(name: str, line: str, country: str, number: str, label: str) -> None:
    pasted = read_line(line, country)
    assert (pasted.number, pasted.label, pasted.label_fault) == (E164(number), label, None)


@pytest.mark.parametrize(("name", "line", "country", "code"), UNREAD, ids=[r[0] for r in UNREAD])
def test_a_line_without_a_number_says_why(name: str, line: str, country: str, code: str) -> None:
    number = read_line(line, country).number
    assert isinstance(number, Unreadable)
    assert (number.code, bool(number.detail), bool(number.hint)) == (code, True, True)


@pytest.mark.parametrize("label", ["x" * 81, "a\x07b", "\u200d"])
def test_a_label_that_cannot_be_kept_is_left_out_and_told(label: str) -> None:
    pasted = read_line(f"{BERLIN};{label}", "DE")
    assert (pasted.number, pasted.label) == (E164(BERLIN), "")
    assert pasted.label_fault and pasted.label_fault.code == "label_invalid"


@given(st.text(max_size=80), st.sampled_from(["DE", "US", NO_COUNTRY]))
def test_whatever_is_pasted_is_a_number_or_a_reason(line: str, country: str) -> None:
    pasted = read_line(line, country)
    assert isinstance(pasted.number, E164) or pasted.number.hint
