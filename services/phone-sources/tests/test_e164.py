import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_sources.domain.e164 import E164, Unreadable, read_number

READ = [
    ("international, spaced", "+49 30 23125432", "DE", "+493023125432"),
    ("international from another country", "+44 20 7946 0123", "DE", "+442079460123"),
    ("national with trunk prefix", "030 23125432", "DE", "+493023125432"),
    ("national with brackets and dashes", "(212) 736-5000", "US", "+12127365000"),
    ("international prefix as dialled at home", "0049 30 23125432", "DE", "+493023125432"),
    ("international prefix as dialled in the US", "011 44 20 7946 0123", "US", "+442079460123"),
    ("non-breaking space", "+44\u00a020 7946 0123", "GB", "+442079460123"),
]

REFUSED = [
    ("nothing", "", "DE", "number_empty"),
    ("spaces", "   ", "DE", "number_empty"),
    ("letters", "1-800-FLOWERS", "US", "number_characters"),
    ("line break", "+4930\r\n23125432", "DE", "number_characters"),
    ("variable", "+49${x}", "DE", "number_characters"),
    ("comma", "+49,30", "DE", "number_characters"),
    ("digits of another script", "+٤٩٣٠٢٣١٢٥٤٣٢", "DE", "number_characters"),
    ("too long to read", "+" + "4" * 60, "DE", "number_characters"),
    ("too few digits", "+1 212", "US", "number_too_short"),
    ("no area code", "+49 30", "DE", "number_without_area"),
    ("too many digits", "+44 20 7946 01234567", "GB", "number_too_long"),
    ("no such country code", "+999 123456789", "DE", "number_unreadable"),
    ("no such area", "+1 212 036 5000", "US", "number_not_in_use"),
    ("emergency", "112", "DE", "number_emergency"),
    ("emergency elsewhere", "911", "US", "number_emergency"),
]


@pytest.mark.parametrize(("name", "written", "country", "expect"), READ, ids=[r[0] for r in READ])
def test_a_writing_becomes_e164(name: str, written: str, country: str, expect: str) -> None:
    assert read_number(written, country) == E164(expect)


@pytest.mark.parametrize(("name", "written", "country", "code"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_writing_is_refused_with_its_reason(name: str, written: str, country: str, code: str) -> None:
    answer = read_number(written, country)
    assert isinstance(answer, Unreadable)
    assert (answer.code, bool(answer.detail), bool(answer.hint)) == (code, True, True)


@given(st.text(max_size=60), st.sampled_from(["DE", "US", "GB", "FR", "JP", "XX"]))
def test_whatever_is_written_the_answer_is_e164_or_a_reason(written: str, country: str) -> None:
    answer = read_number(written, country)
    if isinstance(answer, E164):
        assert answer.value[0] == "+"
        assert answer.value[1:].isascii()
        assert answer.value[1:].isdigit()
        assert len(answer.value) <= 16
        assert read_number(answer.value, country) == answer
