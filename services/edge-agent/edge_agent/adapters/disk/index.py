"""The table `source`: by which parts of its addresses each trunk is found (switchlink.kamailio_sources).

It follows from the trunks alone, so it is written with them, owed and undone like them, and named by nobody.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from edge_agent.adapters.disk.rows import Kept, find, owe, put, take
from edge_agent.ports import MARK, SOURCE, TRUNK
from switchlink.kamailio_sources import keys_of_value, with_domain, without_domain


class Index:
    """Of a whole."""

    def __init__(self) -> None:
        self._domains: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, domain: str, value: str) -> None:
        for key in keys_of_value(value):
            self._domains[key].append(domain)

    def rows(self) -> Iterator[tuple[str, str]]:
        for key, domains in self._domains.items():
            yield key, ",".join(sorted(domains))


def index_changed(file: sqlite3.Connection, old: Kept | None, new: Kept | None) -> None:
    """Of one resource: what was there, and what is."""
    left, joined = _keys(old), _keys(new)
    for key in left ^ joined:
        name = f"{SOURCE}/{key}"
        row = find(file, name)
        of = new if key in joined else old
        assert of is not None
        domain = of.key
        value = "" if row is None else row.value
        value = with_domain(value, domain) if key in joined else without_domain(value, domain)
        owe(file, name, row)
        if row is not None:
            take(file, row)
        if value:
            put(file, Kept(name, SOURCE, value, 0))


def index_whole(file: sqlite3.Connection) -> None:
    index = Index()
    for domain, value in file.execute(f"SELECT key_name, key_value FROM {TRUNK} WHERE key_name <> '{MARK}'"):  # noqa: S608
        index.add(domain, value)
    file.execute(f"DELETE FROM {SOURCE}")  # noqa: S608
    for key, value in index.rows():
        put(file, Kept(f"{SOURCE}/{key}", SOURCE, value, 0))


def _keys(row: Kept | None) -> frozenset[str]:
    return keys_of_value(row.value) if row is not None and row.table == TRUNK else frozenset()
