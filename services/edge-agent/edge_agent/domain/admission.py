"""Whether a whole that came may replace what the edge holds.

Rule: a source that suddenly knows nothing is not believed. Calls go on with what is there until somebody says
in words (a setting of the agent) that the edge is to be emptied.
"""

from edge_agent.domain.assembly import Whole, short
from edge_agent.domain.configuration import Configuration
from edge_agent.domain.records import Table
from edge_agent.domain.updates import Refusal


def admissible(new: Configuration, held_trunks: int, held_switches: int) -> Refusal | None:
    if held_trunks and not new.count(Table.TRUNK):
        return Refusal(f"the snapshot is empty, while {held_trunks} trunks are in force")
    if held_switches and not new.switches:
        return Refusal(f"the snapshot names no switch, while {held_switches} are in use")
    return None


def read(whole: Whole) -> Configuration | Refusal:
    """Takes time: a second for 100,000 records."""
    content = Configuration.of(whole.records, whole.destinations)
    if isinstance(content, Configuration) and content.version != whole.version:
        came, said = short(content.version), short(whole.version)
        return Refusal(f"the content is version {came} and was announced as {said}")
    return content
