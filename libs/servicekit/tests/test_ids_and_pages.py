"""Ids sort by creation; page tokens are opaque and checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size


def test_ids_made_one_after_the_other_sort_in_that_order_and_differ() -> None:
    made = [new_id("trk") for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_its_prefix_and_a_lower_case_ulid() -> None:
    prefix, _, ulid = new_id("trk").partition("_")
    assert prefix == "trk"
    assert len(ulid) == 26
    assert set(ulid) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@given(st.text(alphabet=[chr(c) for c in range(33, 127)], min_size=1, max_size=200))
def test_a_token_gives_back_its_id(last_id: str) -> None:
    assert decode_token(encode_token(last_id)) == last_id


@given(st.text(max_size=60))
def test_any_other_token_is_refused_and_never_breaks(token: str) -> None:
    try:
        decoded = decode_token(token)
    except Invalid as refused:
        assert refused.code == "page_token_invalid"
        assert refused.violations[0].pointer == "/page_token"
    else:
        assert (
            decoded is None if token == "" else encode_token(decoded or "").rstrip("=") == token.rstrip("=")
        )


@pytest.mark.parametrize(("asked", "given_size"), [(0, 50), (1, 1), (500, 500)])
def test_page_sizes(asked: int, given_size: int) -> None:
    assert page_size(asked) == given_size


@pytest.mark.parametrize("asked", [-1, 501])
def test_page_sizes_out_of_range_are_refused_with_their_field(asked: int) -> None:
    with pytest.raises(Invalid) as refused:
        page_size(asked)
    assert refused.value.violations[0].pointer == "/page_size"


@pytest.mark.parametrize(
    ("found", "items", "token"), [([], [], ""), ([1, 2], [1, 2], ""), ([1, 2, 3], [1, 2], "after 2")]
)
def test_one_more_than_the_page_holds_tells_that_there_is_a_next(
    found: list[int], items: list[int], token: str
) -> None:
    assert page_of(found, 2, lambda last: f"after {last}") == Page(items, token)
