"""Reads strings out of expressions: literals, choices between them, and names that were given them nearby."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from harness.codes.found import Unclear

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at one place: in its function first, then in its module."""

    module: ast.Module
    function: Function | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    """Arguments whose value is known."""
    line: int = 0
    """Where it is read: of what a name is given, the last before this line counts. 0: all."""
    behind_names: frozenset[str] = frozenset()

    def parameters(self) -> list[str]:
        if self.function is None:
            return []
        given = self.function.args
        return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]

    def values(self, name: str) -> list[ast.expr]:
        """What the name is given, wherever it is given something."""
        near = [] if self.function is None else _given(ast.walk(self.function), name, self.module)
        if name in self.behind_names:
            return []
        if before := [value for value in near if self.line and value.lineno <= self.line]:
            return [max(before, key=lambda value: value.lineno)]
        return near or _given(self.module.body, name, self.module)

    def behind(self, name: str) -> "Scope":
        """While the name is looked up: what it is given may name it again."""
        return replace(self, behind_names=self.behind_names | {name})

    def rows(self, table: str) -> list[ast.expr]:
        """The values of a dictionary of the module."""
        return _rows(table, self.module)


def strings(expression: ast.expr, scope: Scope) -> list[str]:
    """All that it can be. Raises Unclear; `{name}` stands for what is only known when it happens."""
    match expression:
        case ast.Constant(value=str(text)):
            found = [text]
        case ast.JoinedStr(values=parts):
            found = ["".join(_part(part, scope) for part in parts)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = [a + b for a in strings(left, scope) for b in strings(right, scope)]
        case ast.IfExp(body=body, orelse=other):
            found = strings(body, scope) + strings(other, scope)
        case ast.BoolOp(values=values):
            found = [text for value in values for text in strings(value, scope)]
        case ast.Subscript(value=ast.Name(id=table)):
            found = [text for row in scope.rows(table) for text in strings(row, scope)]
        case ast.Name(id=name) if name in scope.given:
            found = [scope.given[name]]
        case ast.Name(id=name) if name not in scope.parameters():
            found = [text for value in scope.values(name) for text in _tried(value, scope.behind(name))]
        case _:
            found = []
    if not found:
        raise Unclear(ast.unparse(expression))
    return found


def _tried(expression: ast.expr, scope: Scope) -> list[str]:
    try:
        return strings(expression, scope)
    except Unclear:
        return []


def text_of(expression: ast.expr | None, scope: Scope) -> str:
    """For sentences: what cannot be read is left out."""
    if expression is None:
        return ""
    try:
        return " / ".join(dict.fromkeys(strings(expression, scope)))
    except Unclear:
        return ""


def names_in(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _part(part: ast.expr, scope: Scope) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    try:
        return " or ".join(text for text in dict.fromkeys(strings(part.value, scope)) if text)
    except Unclear:
        return "{" + _called(part.value) + "}"


def _called(value: ast.expr) -> str:
    """A word for what stands there: the last name in it."""
    names = [
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute | ast.Name)
    ]
    return names[0] if names else "..."


def _given(nodes: Iterable[ast.AST], name: str, module: ast.Module) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                found.append(value)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                for place, part in enumerate(targets):
                    if isinstance(part, ast.Name) and part.id == name:
                        found += _unpacked(value, place, module)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                found.append(value)
    return found


def _unpacked(value: ast.expr, place: int, module: ast.Module) -> list[ast.expr]:
    """Of `a, b = value`: what stands at `place`, also in a table or a function of the same module."""
    match value:
        case ast.Tuple(elts=parts):
            return [parts[place]] if place < len(parts) else []
        case ast.Subscript(value=ast.Name(id=table)):
            return [part for row in _rows(table, module) for part in _unpacked(row, place, module)]
        case ast.Call(func=ast.Name(id=called)):
            returned = [
                node.value
                for function in module.body
                if isinstance(function, Function) and function.name == called
                for node in ast.walk(function)
                if isinstance(node, ast.Return) and node.value is not None
            ]
            return [
                part
                for one in returned
                if isinstance(one, ast.Tuple)
                for part in _unpacked(one, place, module)
            ]
    return []


def _rows(table: str, module: ast.Module) -> list[ast.expr]:
    found = _given(module.body, table, module)
    return [row for one in found if isinstance(one, ast.Dict) for row in one.values]
