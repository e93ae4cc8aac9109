"""The files that Kamailio loads: tables of db_text, and any file that must never be seen half-written.

Rule: a file is replaced whole (temporary file, fsync, rename, fsync of the folder), and its time of change
always grows by a second or more. db_text reads a table again only when that time, in whole seconds, is newer
than the one that it read last: a second change within one second, or a clock that was set back, would be
overlooked (src/modules/db_text/dbt_file.c, dbt_check_mtime).
"""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLE_HEADER = "key_name(str) key_type(int) value_type(int) key_value(str)\n"
MARK = "#file"  # a key that no SIP domain and no number can be: says which file a table was loaded from
_ESCAPES = str.maketrans({"\\": "\\\\", ":": "\\:", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"})


def table(rows: Iterable[tuple[str, str]], mark: str = "") -> str:
    """One line for each key. Without its last line end a table would lose its last row."""
    marked = [(MARK, mark)] if mark else []
    lines = [f"{_escaped(key)}:0:0:{_escaped(value)}\n" for key, value in (*marked, *rows)]
    return TABLE_HEADER + "".join(lines)


def replace_file(path: Path, content: str) -> None:
    """Blocks for the disk; call it from a thread."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    changed = max(int(time.time()), _changed(path) + 1)
    os.utime(temporary, (changed, changed))
    temporary.replace(path)
    _sync_folder(path.parent)


def write_tables(folder: Path, tables: Mapping[str, Iterable[tuple[str, str]]], mark: str) -> None:
    for name, rows in tables.items():
        replace_file(folder / name, table(rows, mark))


def _changed(path: Path) -> int:
    try:
        return int(path.stat().st_mtime)
    except FileNotFoundError:
        return 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
