"""All pages, and the catalogue that services serve at /problems/ and describe their answers with."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.codes import edge, python
from harness.codes.found import Found
from harness.codes.page import Page
from harness.codes.sources import python_sources
from harness.paths import REPOSITORY

FOLDER = REPOSITORY / "docs" / "problems"
CATALOGUE = REPOSITORY / "libs" / "servicekit" / "servicekit" / "http" / "catalogue.json"
TEXTS = Path(__file__).with_name("texts.toml")
_HEAD = """\
# Codes

A refusal has a code that programs may compare: `code` of a problem over REST, `reason` of `ErrorInfo` over
gRPC, the parentheses behind the phrase of a SIP answer, `code` of a call's decision. The `type` of a problem
is the address of the code's page (`KEEPLINE_HTTP__PROBLEMS`; each service serves them at `/problems/`).

These pages are made from the sources by `make codes`, and `make check` refuses a code without one. What the
sources do not say in a sentence stands in `tests/harness/harness/codes/texts.toml`.

| code | told with | by |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Read:
    pages: Mapping[str, Page]
    faults: list[str]
    """In words: codes that cannot be read, or of which nobody says what they mean."""


def read() -> Read:
    faults: list[str] = []
    by_code: dict[str, list[Found]] = defaultdict(list)
    sources = python_sources()
    for found in [*python.find(sources, faults), *edge.find()]:
        by_code[found.code].append(found)
    texts = tomllib.loads(TEXTS.read_text())
    pages = {
        code: Page(code, sorted(places), **texts.get(code, {})) for code, places in sorted(by_code.items())
    }
    for code, page in pages.items():
        faults += [f"{page.places[0].where}: {code} does not say {what}" for what in page.missing()]
    faults += [f"{at}: no source raises {code}" for code, at in python.named(sources) if code not in pages]
    faults += [f"{TEXTS.name}: no source raises {code}" for code in sorted(set(texts) - set(pages))]
    return Read(pages, faults)


def files(pages: Mapping[str, Page]) -> dict[Path, str]:
    """The files and what they must hold."""
    made = {FOLDER / f"{code}.md": page.markdown() for code, page in pages.items()}
    made[FOLDER / "README.md"] = _HEAD + "".join(_row(page) for page in pages.values())
    entries = ",\n".join(f'"{code}": {page.entry()}' for code, page in pages.items())
    made[CATALOGUE] = f"{{\n{entries}\n}}\n"
    return made


def _row(page: Page) -> str:
    statuses = dict.fromkeys(place.status for place in page.places if place.status)
    return f"| [{page.code}]({page.code}.md) | {'; '.join(statuses)} | {', '.join(page.by)} |\n"
