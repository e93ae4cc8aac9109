"""Entity tags: what matches, what does not, and what is none."""

import pytest

from servicekit.api.preconditions import WHICHEVER, etag, exactly, expected, if_match, not_modified
from servicekit.errors import Invalid, PreconditionRequired, VersionMismatch

MATCHED = [
    ('"3"', {3}),
    (' "3" ', {3}),
    ('"3-1f3a9c0b"', {3}),
    ('"3", "4"', {3, 4}),
    ('"3","abc"', {3}),
    ('"abc"', set()),
    ('"03"', set()),
    ('"0"', {0}),
    ('W/"3"', set()),
    ('W/"3", "4"', {4}),
    ('""', set()),
]


@pytest.mark.parametrize(("header", "versions"), MATCHED)
def test_the_tags_of_a_header_name_versions(header: str, versions: set[int]) -> None:
    assert if_match(header).versions == frozenset(versions)


@pytest.mark.parametrize("header", ["3", '"3', '"3, 4"', "W/", '"3" "4"', '*, "3"', 'w/"3"', '"3";'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(Invalid) as refused:
        if_match(header)
    assert refused.value.code == "if_match_invalid"


@pytest.mark.parametrize("header", [None, "", "  "])
def test_a_change_without_a_precondition_is_refused(header: str | None) -> None:
    with pytest.raises(PreconditionRequired):
        if_match(header)
    with pytest.raises(PreconditionRequired):
        expected(0, False)


def test_an_expectation_holds_for_its_versions_only() -> None:
    assert if_match("*") is WHICHEVER
    assert expected(0, True) is WHICHEVER
    WHICHEVER.check("trunk", 7)
    exactly(7).check("trunk", 7)
    expected(7, False).check("trunk", 7)
    with pytest.raises(VersionMismatch) as refused:
        if_match('"3"').check("trunk", 7)
    assert "7" in refused.value.detail


def test_a_tag_can_be_sent_back_as_it_came() -> None:
    tag = etag(3, b"what a node says")
    assert if_match(tag).versions == {3}
    assert tag != etag(3, b"what it says later")
    assert not_modified(tag, tag)
    assert not_modified(f'W/{tag}, "9"', tag)
    assert not_modified("*", tag)
    assert not not_modified('"3"', tag)
    assert not not_modified(None, tag)
