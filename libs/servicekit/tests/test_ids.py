"""Ids sort by creation."""

from servicekit.ids import new_id


def test_ids_made_one_after_the_other_sort_in_that_order_and_differ() -> None:
    made = [new_id("trk") for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_its_prefix_and_a_lower_case_ulid() -> None:
    prefix, _, ulid = new_id("trk").partition("_")
    assert prefix == "trk"
    assert len(ulid) == 26
    assert set(ulid) <= set("0123456789abcdefghjkmnpqrstvwxyz")
