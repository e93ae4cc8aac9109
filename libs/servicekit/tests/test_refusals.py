"""What is said of things that are not there."""

import pytest

from servicekit.refusals import not_found


@pytest.mark.parametrize(
    ("sought", "said"), [("trk_1", "no trunk trk_1"), ("x" * 100_000, "no trunk " + "x" * 80)]
)
def test_an_id_is_told_as_far_as_an_id_may_be_long(sought: str, said: str) -> None:
    problem = not_found("trunk", sought)
    assert (problem.code, problem.detail) == ("trunk_not_found", said)
