"""What a list may be asked: all that is wrong at once, and tokens that belong to their list."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.api.lists import ListRule, read_time
from servicekit.errors import Invalid

RULE = ListRule(
    fields=("id", "name", "size"),
    order={"name": str, "size": int, "created_at": datetime},
    filters={"name": str, "size": int, "enabled": bool, "kind": ("a", "b")},
    times=("created_at",),
    q="part of the name",
)


def read(**sent: str) -> Any:
    return RULE.read({name: value.split("|") for name, value in sent.items()})


def faults(**sent: str) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read(**sent)
    assert all(one.hint for one in refused.value.violations)
    return {(one.pointer, one.code) for one in refused.value.violations}


def test_nothing_asked_is_the_first_page_by_id() -> None:
    asked = read()
    assert (asked.page_size, asked.order, asked.after, asked.fields) == (50, (("id", 1),), None, None)


WRONG = [
    ("page_size", "0", "page_size_invalid"),
    ("page_size", "501", "page_size_invalid"),
    ("page_size", "-1", "page_size_invalid"),
    ("page_size", "ten", "page_size_invalid"),
    ("page_size", "٣", "page_size_invalid"),
    ("page_size", "9" * 5000, "page_size_invalid"),
    ("page_size", "1|2", "parameter_repeated"),
    ("page_token", "x", "page_token_invalid"),
    ("page_token", "é", "page_token_invalid"),
    ("order_by", "colour", "order_by_invalid"),
    ("order_by", "name descending", "order_by_invalid"),
    ("order_by", "name,", "order_by_invalid"),
    ("fields", "id,colour", "fields_invalid"),
    ("fields", "id,", "fields_invalid"),
    ("q", "x" * 81, "parameter_invalid"),
    ("enabled", "yes", "parameter_invalid"),
    ("enabled", "True", "parameter_invalid"),
    ("size", "-1", "parameter_invalid"),
    ("size", "9" * 30, "parameter_invalid"),
    ("kind", "c", "parameter_invalid"),
    ("name", "", "parameter_invalid"),
    ("name", "|".join("x" * 51), "parameter_invalid"),
    ("created_at_after", "1795615906", "parameter_invalid"),
    ("created_at_after", "2026-11-23", "parameter_invalid"),
    ("created_at_before", "2026-11-23T09:00:00", "parameter_invalid"),
    ("created_at_before", "2026-11-23T09:00:00 01:00", "parameter_invalid"),
    ("pagesize", "2", "parameter_unknown"),
    ("Name", "x", "parameter_unknown"),
    ("size_after", "1", "parameter_unknown"),
]


@pytest.mark.parametrize(("name", "value", "code"), WRONG)
def test_what_is_wrong_is_told_with_its_name(name: str, value: str, code: str) -> None:
    assert faults(**{name: value}) == {(f"/{name}", code)}


def test_all_that_is_wrong_is_told_at_once() -> None:
    sent = {"page_size": "0", "order_by": "x", "fields": "y", "enabled": "yes", "kind": "c", "nmae": "z"}
    assert {pointer for pointer, _ in faults(**sent)} == {f"/{name}" for name in sent}


def test_an_order_ends_with_the_id() -> None:
    assert read(order_by="name desc").order == (("name", -1), ("id", -1))
    assert read(order_by="name desc, size").order == (("name", -1), ("size", 1), ("id", 1))
    assert read(order_by="id desc,name").order == (("id", -1),)
    assert read(order_by="name,name desc").order == (("name", 1), ("id", 1))


def test_a_token_is_good_for_its_own_list_only() -> None:
    at = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)
    same = {"order_by": "created_at desc,name", "enabled": "true"}
    token = read(**same).token([at, "Ä", "id_1"])
    assert read(**same, page_token=token).after == (at, "Ä", "id_1")
    assert read(**same, page_token=token, page_size="3", fields="id").after == (at, "Ä", "id_1")
    for other in ({**same, "enabled": "false"}, {**same, "order_by": "created_at,name"}, {"enabled": "true"}):
        assert faults(**other, page_token=token) == {("/page_token", "page_token_invalid")}


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
def test_no_token_of_others_gets_in(token: str) -> None:
    if token:
        with pytest.raises(Invalid):
            RULE.read({"page_token": [token]})


TIMES = [
    ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
    ("2026-11-23t09:00:00z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
    ("2026-11-23T10:00:00.5+01:00", datetime(2026, 11, 23, 9, 0, 0, 500000, tzinfo=UTC)),
    ("0001-01-01T00:00:00+10:00", None),
    ("2026-13-23T09:00:00Z", None),
]


@pytest.mark.parametrize(("text", "at"), TIMES)
def test_times_are_rfc_3339(text: str, at: datetime | None) -> None:
    assert read_time(text) == at


@given(st.text(max_size=40))
def test_whatever_is_no_time_is_none(text: str) -> None:
    at = read_time(text)
    assert at is None or at.tzinfo is UTC
