"""Finds the codes that Python code can raise.

A call of a carrier with a literal code is a finding. Where the code is made of a parameter, the function is a
maker, and each call of it with a literal is a finding of its caller: `not_found("trunk", ...)`.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.codes.carriers import Carrier, Carriers
from harness.codes.found import Found, Unclear
from harness.codes.reading import Function, Scope, names_in, strings, text_of
from harness.codes.sources import Source
from harness.paths import REPOSITORY


@dataclass(frozen=True, slots=True)
class Place:
    """A call and the function that it is in."""

    source: Source
    call: ast.Call
    function: Function | None
    inside: str = ""
    """The class that it is in."""

    def scope(self) -> Scope:
        return Scope(self.source.module, self.function)


@dataclass(frozen=True, slots=True)
class Maker:
    """A function that raises, or makes, what its caller names."""

    place: Place
    carrier: Carrier

    @property
    def function(self) -> Function:
        assert self.place.function is not None
        return self.place.function

    @property
    def known_in(self) -> Source | None:
        """None: everywhere."""
        return self.place.source if self.function.name.startswith("_") else None


def find(sources: Sequence[Source], unclear: list[str]) -> Iterator[Found]:
    """unclear: takes the places whose code cannot be read."""
    known = Carriers(sources)
    places = [place for source in sources for place in _calls(source)]
    makers: list[Maker] = []
    for place in places:
        name = place.inside if _is_of_parent(place.call) else _name(place.call)
        carrier = known.get(name, place.source)
        if carrier is None or carrier.says_itself is not _is_of_parent(place.call):
            continue
        code = _argument(place.call, carrier.arguments, "code")
        if code is None:
            continue
        codes = _codes(code, place, unclear)
        if codes:
            yield from _found(place, carrier, place.scope(), codes, place)
        elif place.function is not None and names_in(code) & set(place.scope().parameters()):
            makers.append(Maker(place, carrier))
    for place in places:
        for maker in makers:
            if _name(place.call) == maker.function.name and maker.known_in in (None, place.source):
                yield from _of_maker(maker, place)


def named(sources: Sequence[Source]) -> Iterator[tuple[str, str]]:
    """Codes that routes say they refuse with, each with its place."""
    for source in sources:
        for place in _calls(source):
            if _name(place.call) == "refuses":
                for one in place.call.args:
                    yield text_of(one, place.scope()), source.at(place.call)


def _of_maker(maker: Maker, place: Place) -> Iterator[Found]:
    given = {}
    for position, parameter in enumerate(Scope(maker.place.source.module, maker.function).parameters()):
        if (argument := _argument(place.call, (), parameter, position)) is not None and (
            text := text_of(argument, place.scope())
        ):
            given[parameter] = text
    scope = replace(maker.place.scope(), given=given)
    code = _argument(maker.place.call, maker.carrier.arguments, "code")
    assert code is not None
    codes = [text for text in strings(code, scope) if "{" not in text] if _readable(code, scope) else []
    yield from _found(maker.place, maker.carrier, scope, codes, place)


def _readable(code: ast.expr, scope: Scope) -> bool:
    try:
        return bool(strings(code, scope))
    except Unclear:
        return False


def _codes(code: ast.expr, place: Place, unclear: list[str]) -> list[str]:
    """Those that are literals; none where it is handed on or made of a parameter."""
    try:
        found = strings(code, place.scope())
    except Unclear:
        return []
    whole = [text for text in found if "{" not in text]
    if len(whole) < len(found) and not names_in(code) & set(place.scope().parameters()):
        unclear.append(f"{place.source.at(place.call)}: the code is made of {ast.unparse(code)}")
    return whole


def _found(
    place: Place, carrier: Carrier, scope: Scope, codes: Sequence[str], where: Place
) -> Iterator[Found]:
    near = replace(scope, line=place.call.end_lineno or 0)
    said = {part: text_of(_argument(place.call, carrier.arguments, part), near) for part in _PARTS}
    status = _served(carrier, where.source.path) or _sip_status(place.call, carrier, near)
    for code in codes:
        yield Found(
            code, carrier.told, where.source.by, where.source.at(where.call), carrier.title, status, **said
        )


def _served(carrier: Carrier, path: Path) -> str:
    """Without the status of a protocol that does not come there."""
    parts = set(path.relative_to(REPOSITORY).parts)
    unserved = "gRPC" if {"http", "rest"} & parts else "HTTP" if "grpc" in parts else ""
    return ", ".join(f"{name} {status}" for name, status in carrier.statuses.items() if name != unserved)


_PARTS = ("pointer", "detail", "hint")


def _sip_status(call: ast.Call, carrier: Carrier, scope: Scope) -> str:
    for name in ("sip_status", "status"):
        value = _argument(call, carrier.arguments, name)
        values = scope.values(value.id) if isinstance(value, ast.Name) else [value]
        for one in values:
            if isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value:
                return f"SIP {one.value}"
    return ""


def _argument(
    call: ast.Call, names: Sequence[str], wanted: str, position: int | None = None
) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == wanted:
            return keyword.value
    if position is None:
        position = list(names).index(wanted) if wanted in names else None
    if position is None or position >= len(call.args):
        return None
    return call.args[position]


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_of_parent(call: ast.Call) -> bool:
    """super().__init__(...)"""
    match call.func:
        case ast.Attribute(attr="__init__", value=ast.Call(func=ast.Name(id="super"))):
            return True
    return False


def _calls(source: Source) -> Iterator[Place]:
    def walk(node: ast.AST, function: Function | None, inside: str) -> Iterator[Place]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield Place(source, child, function, inside)
            near = child if isinstance(child, Function) else function
            yield from walk(child, near, child.name if isinstance(child, ast.ClassDef) else inside)

    yield from walk(source.module, None, "")
