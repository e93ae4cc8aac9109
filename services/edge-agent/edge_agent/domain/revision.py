"""How far a replica of sip-config had read: the position in each log. A log that is not named counts as 0."""

from collections.abc import Mapping

Revision = Mapping[str, int]


def behind(revision: Revision, other: Revision) -> bool:
    """Whether `other` had read further in any log. Each of two may be behind the other."""
    return any(revision.get(log, 0) < position for log, position in other.items())
