"""docs/interop.md names tests that there are: a row whose test was renamed holds nobody to anything."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
OURS = ("services", "libs", "clients", "tests")


def test_each_test_that_the_page_of_kinds_names_is_there() -> None:
    page = (ROOT / "docs" / "interop.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    files = [file for folder in OURS for file in (ROOT / folder).rglob("test_*.py")]
    there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text())}
    assert len(named) > 50
    assert named - there == set()


def test_each_row_of_the_page_names_its_test_or_says_that_nothing_holds_it() -> None:
    page = (ROOT / "docs" / "interop.md").read_text()
    rows = [row for row in page.splitlines() if row.startswith("| ") and "| rule |" not in row]
    wanting = [row for row in rows if not re.search(r"`test_\w+`|the same|not changed by us", row)]
    assert wanting == []
