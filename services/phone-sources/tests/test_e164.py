import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_sources.domain.e164 import E164, Unreadable, is_known, read_number
from siptypes.country_rules import rules_of
from siptypes.numbering import readings

READ = [
    ("international, spaced", "+49 30 23125432", "DE", "+493023125432"),
    ("international from another country", "+44 20 7946 0123", "DE", "+442079460123"),
    ("national with trunk prefix", "030 23125432", "DE", "+493023125432"),
    ("national with brackets and dashes", "(212) 736-5000", "US", "+12127365000"),
    ("international prefix as dialled at home", "0049 30 23125432", "DE", "+493023125432"),
    ("international prefix as dialled in the US", "011 44 20 7946 0123", "US", "+442079460123"),
    ("a zero in brackets", "+44 (0)20 7946 0123", "GB", "+442079460123"),
    ("a zero that has no place", "+44 020 7946 0123", "DE", "+442079460123"),
    ("two zeros that have no place", "+49 0030 23125432", "DE", "+493023125432"),
    ("a plus before 00", "+00442079460123", "GB", "+442079460123"),
    ("a plus before 00, in no country", "+ (00)44 2079460123", "ZZ", "+442079460123"),
    ("a plus before a national number", "+(0)20 7946 0123", "GB", "+442079460123"),
    ("the zero that belongs to it", "+39 06 1234 5678", "IT", "+390612345678"),
    ("Mexico before 2019", "+52 1 55 1234 5678", "MX", "+525512345678"),
    ("Mexico before 2019, from elsewhere", "+5215512345678", "DE", "+525512345678"),
    ("Mexico before 2019, at home", "01 55 1234 5678", "MX", "+525512345678"),
    ("Mexico before 2019, to a mobile", "045 55 1234 5678", "MX", "+525512345678"),
    ("Argentina from abroad", "+54 9 11 2345 6789", "AR", "+5491123456789"),
    ("Argentina at home", "011 15-2345-6789", "AR", "+5491123456789"),
    ("Argentina in its area", "15 2345-6789", "AR", "+5491123456789"),
    ("Argentina, fixed", "+54 11 2345 6789", "AR", "+541123456789"),
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
    ("without the zero that belongs to it", "+39 6 1234 5678", "IT", "number_zero_missing"),
    ("without it, at home", "6 1234 5678", "IT", "number_zero_missing"),
    ("nothing but zeros behind the code", "+49 00000", "DE", "number_unreadable"),
    ("more digits than any number", "123456789012345", "DE", "number_too_long"),
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


# (written, country, expected, whether the numbering plan has it)
POSSIBLE = [
    ("+1 624 305 0123", "US", "+16243050123", False),
    ("(624) 305-0123", "US", "+16243050123", False),
    ("+44 7700 900123", "GB", "+447700900123", False),
    ("+1 212 036 5000", "US", "+12120365000", False),
    ("+1 202 555 0123", "US", "+12025550123", True),
]


@pytest.mark.parametrize(("written", "country", "expect", "known"), POSSIBLE)
def test_a_possible_number_is_read_whether_its_plan_has_it_or_not(
    written: str, country: str, expect: str, known: bool
) -> None:
    read = read_number(written, country)
    assert read == E164(expect)
    assert is_known(read) is known


COUNTRIES = ["DE", "US", "GB", "FR", "JP", "IT", "MX", "AR", "XX"]


@given(st.text(max_size=60) | st.from_regex(r"\+?[0-9 ()]{5,20}", fullmatch=True), st.sampled_from(COUNTRIES))
def test_whatever_is_written_the_answer_is_e164_or_a_reason(written: str, country: str) -> None:
    answer = read_number(written, country)
    if isinstance(answer, E164):
        assert answer.value[0] == "+"
        assert answer.value[1:].isascii()
        assert answer.value[1:].isdigit()
        assert len(answer.value) <= 16
        assert read_number(answer.value, country) == answer
        assert answer.value in readings(answer.value, rules_of(country))
