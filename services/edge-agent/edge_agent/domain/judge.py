"""Whether a delta fits what the edge holds: judged before anything is touched.

Rule: it builds on the version that is held and leads to the one that it announces; it leaves no number
without its trunk and no edge without a switch.
"""

from collections import Counter

from edge_agent.domain.assembly import short
from edge_agent.domain.change import Change, key_of
from edge_agent.domain.configuration import SWITCHES, Configuration, check_type
from edge_agent.domain.records import RecordInvalid, Table, unique
from edge_agent.domain.updates import Delta, OutOfStep, Refusal


def judge(held: Configuration, delta: Delta) -> Change | Refusal | OutOfStep:
    if delta.from_version != held.version:
        return OutOfStep(f"a change of {short(delta.from_version)} came to {short(held.version)}")
    keys = [*map(key_of, delta.set), *delta.deleted]
    if len(set(keys)) != len(keys):
        return Refusal("a key comes twice in one change")
    try:
        for record in delta.set:
            check_type(record)
    except RecordInvalid as wrong:
        return Refusal(str(wrong))
    absent = next((key for key in delta.deleted if not held.holds(key)), None)
    if absent is not None:
        return Refusal(f"{absent[0]} {absent[1]!r} is to be deleted and is not there")
    change = Change(
        delta.from_version,
        delta.to_version,
        delta.set,
        delta.deleted,
        tuple(held.held(keys)),
        held.destinations if delta.destinations is None else unique(delta.destinations),
        held.destinations,
    )
    return _fault(held, change) or change


def _fault(held: Configuration, change: Change) -> Refusal | None:
    version = held.version_after(change)
    if version != change.to_version:
        return Refusal(
            f"the change leads to version {short(version)} and was announced as {short(change.to_version)}"
        )
    if held.switches and not any(one.set_id == SWITCHES for one in change.destinations):
        return Refusal("the change leaves no switch")
    return _lost_numbers(held, change)


def _lost_numbers(held: Configuration, change: Change) -> Refusal | None:
    gone = {key for table, key in change.deleted if table is Table.TRUNK}
    new = {record.key for record in change.set if record.table is Table.TRUNK}
    coming = Counter(record.value for record in change.set if record.table is Table.NUMBER)
    leaving = Counter(record.value for record in change.before if record.table is Table.NUMBER)
    for domain in coming.keys() - new:
        if domain in gone or not held.holds((Table.TRUNK, domain)):
            return Refusal(f"numbers point to {domain}, where no trunk is")
    for domain in gone:
        if held.numbers_of(domain) - leaving[domain] > 0:
            return Refusal(f"{domain} is to be deleted while numbers point to it")
    return None
