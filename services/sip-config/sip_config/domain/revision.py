"""How far a replica had read when it rendered a version: the position in each log that it reads.

Two revisions need not be comparable: each may be behind the other in some log. A log that a revision does not
name counts as 0.
"""

from collections.abc import Mapping

Revision = Mapping[str, int]


def behind(revision: Revision, other: Revision) -> bool:
    """Whether `other` had read further in any log."""
    return any(revision.get(log, 0) < position for log, position in other.items())
