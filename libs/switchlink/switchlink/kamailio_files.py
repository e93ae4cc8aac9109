"""The files that Kamailio loads: tables of db_text, and any file that must never be seen half-written.

Rule: a file is replaced whole (temporary file, fsync, rename, fsync of the folder), and its time of change
always grows by a second or more. db_text reads a table again only when that time, in whole seconds, is newer
than the one that it read last: a second change within one second, or a clock that was set back, would be
overlooked (src/modules/db_text/dbt_file.c, dbt_check_mtime).
"""

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

TABLE_HEADER = "key_name(str) key_type(int) value_type(int) key_value(str)\n"
_TEXT = ":0:0:"  # key and value are both texts
_ESCAPES = str.maketrans({"\\": "\\\\", ":": "\\:", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"})
_ESCAPED = re.compile(r"\\(.)")
_MEANS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def table(rows: Iterable[tuple[str, str]]) -> str:
    """One line for each key. Without its last line end a table would lose its last row."""
    return TABLE_HEADER + "".join(f"{_escaped(key)}{_TEXT}{_escaped(value)}\n" for key, value in rows)


def read_table(path: Path) -> dict[str, str]:
    """What `table` was given; ValueError for a file of another make."""
    header, _, body = path.read_text(encoding="utf-8").partition("\n")
    if header + "\n" != TABLE_HEADER or (body and not body.endswith("\n")):
        raise ValueError(f"{path} is not a whole table")
    rows = {}
    for line in body.splitlines():
        key, separator, value = line.partition(_TEXT)
        if not separator:
            raise ValueError(f"{path} holds a line that is no row")
        rows[_plain(key)] = _plain(value)
    return rows


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


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANS.get(found[1], found[1]), text) if "\\" in text else text
