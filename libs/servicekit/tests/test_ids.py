"""Ids sort by creation."""

from datetime import UTC, datetime

from servicekit.ids import id_of, is_id, new_id


def test_ids_made_one_after_the_other_sort_in_that_order_and_differ() -> None:
    made = [new_id("trk") for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_its_prefix_and_a_lower_case_ulid() -> None:
    prefix, _, ulid = new_id("trk").partition("_")
    assert prefix == "trk"
    assert len(ulid) == 26
    assert set(ulid) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_an_id_of_something_is_always_the_same_and_sorts_by_its_time() -> None:
    first, second = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
    made = [id_of("rej", first, "a"), id_of("rej", second, "a")]
    assert made == [id_of("rej", first, "a"), id_of("rej", second, "a")] == sorted(made)
    assert id_of("rej", first, "b") not in made
    assert all(is_id(one, "rej") for one in made)
