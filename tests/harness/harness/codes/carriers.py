"""Which classes carry a code, and at which of their arguments code, detail and hint stand."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.codes.found import Told

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


class Carriers:
    """Looked up as Python does: a class of the module itself first, then one of that name elsewhere."""

    def __init__(self, modules: Iterable[ast.Module]) -> None:
        self._classes: dict[str, ast.ClassDef] = {}
        self._own: dict[ast.Module, dict[str, ast.ClassDef]] = {}
        for module in modules:
            own = {node.name: node for node in ast.walk(module) if isinstance(node, ast.ClassDef)}
            self._own[module] = own
            self._classes |= {name: node for name, node in own.items() if _fields(node) or node.bases}
        self._read: dict[ast.ClassDef, Carrier | None] = {}

    def get(self, name: str, module: ast.Module) -> Carrier | None:
        if name in FOREIGN:
            return Carrier(name, "field", FOREIGN[name])
        node = self._own[module].get(name) or self._classes.get(name)
        if node is None:
            return None
        if node not in self._read:
            self._read[node] = self._carrier(node)
        return self._read[node]

    def _carrier(self, node: ast.ClassDef) -> Carrier | None:
        if ROOT in (line := _line(node, self._classes)):
            return _problem(node.name, [node, *(self._classes[one] for one in line[1:])])
        given = _fields(node)
        if "code" not in given:
            return None
        return Carrier(node.name, "call" if _has_status(given) else "field", given)


def _line(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[str]:
    """The class and those that it is derived from, nearest first."""
    line = [node.name]
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes and base.id not in line:
            line += _line(classes[base.id], classes)
    return line


def _problem(name: str, line: Sequence[ast.ClassDef]) -> Carrier:
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
    return Carrier(name, "problem", ("code", "detail"), said.get("title", ""), statuses, itself)


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        part.target.id
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


def _has_status(fields: Sequence[str]) -> bool:
    return bool({"sip_status", "status"} & set(fields))
