"""Whether what came may take the place of what the edge holds.

A source that suddenly knows nothing is not believed: calls go on with what is there until an operator says in
words that much is meant to be gone.
"""

from dataclasses import dataclass

from edge_agent.domain.updates import Refusal, Word
from siptypes.versions import short

SMALL = 20  # below it, less than half may be an ordinary day


@dataclass(frozen=True, slots=True)
class Counts:
    trunks: int = 0
    numbers: int = 0
    active_switches: int = 0


@dataclass(frozen=True, slots=True)
class Announced:
    """What a whole or a change leads to, as it says itself. whole: everything is replaced."""

    version: str
    word: Word
    whole: bool


def judge(before: Counts, after: Counts, version: str, announced: Announced, rows: int) -> Refusal | None:
    """version: what came out. rows: trunks and numbers that the edge has room for, 0 when it is not known."""
    if version != announced.version:
        came, said = short(version), short(announced.version)
        return Refusal(f"the content is version {came} and was announced as {said}")
    held = after.trunks + after.numbers
    if rows and held > rows:
        return Refusal(f"{held} trunks and numbers are more than the {rows} that this edge has room for")
    return None if announced.word.shrunk else _shrunk(before, after, whole=announced.whole)


def _shrunk(before: Counts, after: Counts, *, whole: bool) -> Refusal | None:
    if before.active_switches and not after.active_switches:
        return Refusal(f"no active switch is left of {before.active_switches}")
    tables = (("trunks", before.trunks, after.trunks), ("numbers", before.numbers, after.numbers))
    for what, had, has in tables:
        # what a change removes was said one by one; a whole that lacks them says nothing of them
        if whole and had and not has:
            return Refusal(f"no {what} are left of {had}, and nobody said that this is meant")
        if had >= SMALL and has * 2 < had:
            return Refusal(f"{has} {what} are left of {had}, and nobody said that this is meant")
    return None
