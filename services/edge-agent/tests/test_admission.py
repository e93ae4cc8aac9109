"""What may take the place of what an edge holds."""

import pytest

from edge_agent.domain.admission import Announced, Counts, judge
from edge_agent.domain.updates import Word

HELD = Counts(trunks=100, numbers=1000, active_switches=2)
SAID, SHRUNK = Word(), Word(shrunk=True)


@pytest.mark.parametrize(
    ("before", "after", "whole", "words"),
    [
        (HELD, HELD, True, ""),
        (HELD, Counts(50, 500, 1), True, ""),
        (HELD, Counts(49, 1000, 2), True, "49 trunks are left of 100"),
        (HELD, Counts(100, 499, 2), True, "499 numbers are left of 1000"),
        (HELD, Counts(100, 499, 2), False, "499 numbers are left of 1000"),
        (HELD, Counts(100, 1000, 0), False, "no active switch is left of 2"),
        (HELD, Counts(0, 1000, 2), True, "no trunks are left of 100"),
        (Counts(1, 1, 1), Counts(1, 0, 1), True, "no numbers are left of 1"),
        # what a change removes was said one by one
        (Counts(1, 1, 1), Counts(0, 0, 1), False, ""),
        (Counts(19, 19, 1), Counts(1, 1, 1), True, ""),
        (Counts(), Counts(0, 0, 0), True, ""),
        (Counts(), HELD, True, ""),
    ],
)
def test_nothing_is_believed_that_suddenly_is_not_there(
    before: Counts, after: Counts, whole: bool, words: str
) -> None:
    refusal = judge(before, after, "v", Announced("v", SAID, whole), rows=0)
    assert (refusal.reason if refusal else "").startswith(words)
    assert (refusal is None) == (words == "")
    assert judge(before, after, "v", Announced("v", SHRUNK, whole), rows=0) is None


def test_an_operators_word_makes_no_room_and_no_other_version() -> None:
    full = judge(HELD, HELD, "v", Announced("v", SHRUNK, whole=True), rows=1099)
    assert full is not None and "1100 trunks and numbers" in full.reason
    assert judge(HELD, HELD, "v", Announced("v", SAID, whole=True), rows=1100) is None
    other = judge(HELD, HELD, "w", Announced("v", SHRUNK, whole=True), rows=0)
    assert other is not None and "announced as v" in other.reason
