"""The sources that are read: who speaks in each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.paths import REPOSITORY

EVERYWHERE = "every service"
EDGE = "the edge"
SWITCH = "the switch"
# of libraries: who speaks through them
_BY = {"servicekit": EVERYWHERE, "siptypes": "sip-config, call-router", "switchlink": "call-router"}
_UNREAD = {"tests", "testing", "devswitch", ".venv", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    by: str
    module: ast.Module

    @property
    def name(self) -> str:
        """As it is imported; of a package, its __init__ is the package."""
        return ".".join(self.path.relative_to(REPOSITORY).with_suffix("").parts[2:]).removesuffix(".__init__")

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 0)}"


def python_sources() -> list[Source]:
    return [Source(path, by, ast.parse(path.read_text())) for path, by in _files()]


def _files() -> Iterator[tuple[Path, str]]:
    for folder in sorted([*(REPOSITORY / "services").iterdir(), *(REPOSITORY / "libs").iterdir()]):
        package = folder / folder.name.replace("-", "_")
        for path in sorted(package.rglob("*.py")):
            if not _UNREAD & set(path.parts):
                yield path, _BY.get(folder.name, folder.name)
