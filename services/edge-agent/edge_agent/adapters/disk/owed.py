"""What tables.db owes to the edge, and what it passed over."""

import sqlite3

from edge_agent.adapters.disk.rows import find
from edge_agent.domain.resources import Kind
from edge_agent.ports import LOADED, SOURCE, Owed, Row, SetAside

_SOME = 100  # names of what is set aside that are told
_LOST = (
    "SELECT {} FROM number WHERE key_value IN (SELECT substr(key_name, 7) FROM other "
    "WHERE fault <> '' AND key_name BETWEEN 'trunk/' AND 'trunk0')"
)


def what_is_owed(file: sqlite3.Connection, most: int) -> Owed:
    """Rows as they are now; `all` when there are `most` or more."""
    count = {kind: _count(file, kind) for kind in Kind}
    others = count[Kind.SWITCH] > 0, count[Kind.EDGE] + count[Kind.ENDPOINT] > 0
    if count[Kind.TRUNK] + count[Kind.NUMBER] + _count(file, SOURCE) >= most:
        return Owed(True, (), *others)
    found = []
    for (name,) in file.execute("SELECT name FROM owed").fetchall():
        kind, _, key = name.partition("/")
        if kind in LOADED:
            row = find(file, name)
            found.append(Row(kind, key, row.value if row and row.table == kind else None))
    return Owed(False, found, *others)


def what_is_set_aside(file: sqlite3.Connection) -> SetAside:
    """A number whose trunk is set aside is set aside as well: the edge finds no trunk for it."""
    count = int(file.execute("SELECT count(*) FROM other WHERE fault <> ''").fetchone()[0])
    if not count:
        return SetAside()
    query = "SELECT key_name, fault FROM other WHERE fault <> '' ORDER BY key_name LIMIT ?"
    some = dict(file.execute(query, (_SOME,)).fetchall())
    count += int(file.execute(_LOST.format("count(*)")).fetchone()[0])
    for (number,) in file.execute(_LOST.format("key_name") + " LIMIT ?", (_SOME - len(some),)):
        some[f"number/{number}"] = "its trunk is set aside"
    return SetAside(some, count)


def _count(file: sqlite3.Connection, kind: str) -> int:
    query = "SELECT count(*) FROM owed WHERE name BETWEEN ? AND ?"
    return int(file.execute(query, (f"{kind}/", f"{kind}0")).fetchone()[0])
