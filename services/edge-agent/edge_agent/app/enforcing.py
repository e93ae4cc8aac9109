"""Puts a configuration in force at the edge, whole or change by change, and reads back what it wrote.

Rule: an "Ok" of the edge proves nothing. A whole counts when each table was loaded from the file just written
(its mark) with every row (its count); a change when each key reads as it was set. The version is written
last: an edge that names a version holds all of it.
"""

from edge_agent.domain.change import Change
from edge_agent.domain.configuration import Configuration
from edge_agent.domain.records import Table
from edge_agent.ports import MARK, META, SERVING, VERSION, Edge, EdgeRefused, Files


async def write_whole(files: Files, content: Configuration) -> None:
    rows = {table: content.rows(table) for table in Table}
    await files.write_whole(rows, content.destinations, content.version)


async def load_whole(edge: Edge, content: Configuration) -> None:
    """From the files, with calls coming in all the while. Raises EdgeRefused, EdgeAway."""
    await edge.delete(META, VERSION)
    for table in Table:
        await edge.reload(table)
    counts = await edge.counts()
    for table in Table:
        written, loaded = content.count(table) + 1, counts.get(table, 0)
        if loaded != written:
            raise EdgeRefused(f"{written} rows of {table} were written and {loaded} are loaded")
        if await edge.get(table, MARK) != content.version:
            raise EdgeRefused(f"the edge did not load the new file of {table}")
    await _put_version(edge, content.version)
    await edge.put(META, SERVING, "1")


async def put_change(edge: Edge, change: Change) -> None:
    """Numbers that go, go before their trunk; numbers that come, come after theirs."""
    for table, key in sorted(change.deleted, key=lambda key: key[0] is Table.TRUNK):
        await edge.delete(table, key)
    for record in sorted(change.set, key=lambda record: record.table is Table.NUMBER):
        await edge.put(record.table, record.key, record.value)
    for record in change.set:
        if await edge.get(record.table, record.key) != record.value:
            raise EdgeRefused(f"{record.table} {record.key} does not read as it was set")
    for table, key in change.deleted:
        if await edge.get(table, key) is not None:
            raise EdgeRefused(f"{table} {key} is still there")
    await _put_version(edge, change.to_version)


async def version_in_force(edge: Edge) -> str:
    return await edge.get(META, VERSION) or ""


async def _put_version(edge: Edge, version: str) -> None:
    await edge.put(META, VERSION, version)
    if await version_in_force(edge) != version:
        raise EdgeRefused("the version does not read as it was set")
