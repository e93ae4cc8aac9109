"""Which classes carry a code, and at which of their arguments code, detail and hint stand."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.codes.found import Told
from harness.codes.sources import Source

ROOT = "Problem"
# made by others' classes: PydanticCustomError(type, message_template, context)
FOREIGN = {"PydanticCustomError": ("code", "detail", "context")}


@dataclass(frozen=True, slots=True)
class Carrier:
    name: str
    told: Told
    arguments: Sequence[str]
    """By position; those behind are given by name."""
    title: str = ""
    statuses: dict[str, str] = field(default_factory=dict)
    says_itself: bool = False
    """Its __init__ names the code, not whoever makes one."""


@dataclass(frozen=True, slots=True)
class _Class:
    node: ast.ClassDef
    source: Source


class Carriers:
    """Looked up as Python does: a class of the module itself, or the one that it imports."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._classes: dict[str, dict[str, _Class]] = {}
        self._imported: dict[str, dict[str, str]] = {}
        for source in sources:
            nodes = list(ast.walk(source.module))
            own = (node for node in nodes if isinstance(node, ast.ClassDef))
            self._classes[source.name] = {node.name: _Class(node, source) for node in own}
            self._imported[source.name] = {
                alias.asname or alias.name: node.module or ""
                for node in nodes
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
        self._read: dict[ast.ClassDef, Carrier | None] = {}

    def get(self, name: str, source: Source) -> Carrier | None:
        if name in FOREIGN:
            return Carrier(name, "field", FOREIGN[name])
        found = self._class(name, source.name)
        if found is None:
            return None
        if found.node not in self._read:
            self._read[found.node] = self._carrier(found)
        return self._read[found.node]

    def _class(self, name: str, module: str) -> _Class | None:
        """Also through modules that only hand it on."""
        for _ in range(5):
            if (found := self._classes.get(module, {}).get(name)) is not None:
                return found
            module = self._imported.get(module, {}).get(name, "")
        return None

    def _carrier(self, found: _Class) -> Carrier | None:
        line = list(self._line(found))
        if any(node.name == ROOT for node in line):
            return _problem(line)
        given = _fields(found.node)
        if "code" not in given:
            return None
        return Carrier(found.node.name, "call" if _has_status(given) else "field", given)

    def _line(self, found: _Class) -> Iterator[ast.ClassDef]:
        """The class and those that it is derived from, nearest first."""
        yield found.node
        for base in found.node.bases:
            if isinstance(base, ast.Name) and (parent := self._class(base.id, found.source.name)):
                yield from self._line(parent)


def _problem(line: Sequence[ast.ClassDef]) -> Carrier:
    said: dict[str, str] = {}
    for node in line:
        for part in node.body:
            targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
            value = getattr(part, "value", None)
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                    said.setdefault(target.id, str(value.value))
    statuses = {"HTTP": said.get("http_status", "500"), "gRPC": said.get("grpc_status", "INTERNAL")}
    own = [part for part in line[0].body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
    itself = any("code" not in [one.arg for one in part.args.args] for part in own)
    return Carrier(line[0].name, "problem", ("code", "detail"), said.get("title", ""), statuses, itself)


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        part.target.id
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


def _has_status(fields: Sequence[str]) -> bool:
    return bool({"sip_status", "status"} & set(fields))
