"""What every API refuses alike: wrong fields, things that are not there, a version that moved on."""

from collections.abc import Iterable
from typing import Protocol

from servicekit.errors import Invalid, NotFound, VersionMismatch, Violation

_TOLD = 100
_LONGEST_ID = 80
"""Of what is said of it: a refusal of gRPC travels in a header."""


class WrongField(Protocol):
    """A Violation, or what a domain has in its place."""

    @property
    def pointer(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def hint(self) -> str: ...


def invalid(what: str, faults: Iterable[WrongField]) -> Invalid:
    """`what`: one of them, as in "trunk"; the code is "trunk_invalid"."""
    violations = _once(Violation(f.pointer, f.code, f.detail, f.hint) for f in faults)
    many = f"{len(violations)} fields are" if len(violations) > 1 else "1 field is"
    hint = violations[0].hint if violations else ""
    return Invalid(f"{what}_invalid", f"{many} wrong", hint=hint, violations=violations[:_TOLD])


def _once(violations: Iterable[Violation]) -> list[Violation]:
    """What could not be read is told as that, and not again by the rules that met nothing in its place."""
    told: list[Violation] = []
    unread: set[str] = set()
    for one in violations:
        if one.code.startswith("field_"):
            unread.add(one.pointer)
        elif any(one.pointer == place or one.pointer.startswith(f"{place}/") for place in unread):
            continue
        told.append(one)
    return told


def not_found(what: str, sought: str) -> NotFound:
    """sought: as it was asked for, however long."""
    hint = f"list your {what}s to see their ids"
    return NotFound(f"{what}_not_found", f"no {what} {sought[:_LONGEST_ID]}", hint=hint)


def changed_meanwhile(what: str, current: int | None = None) -> VersionMismatch:
    """current: its version now, where it is known."""
    now = "" if current is None else f", its version is {current}"
    return VersionMismatch(
        "version_mismatch",
        f"the {what} was changed meanwhile{now}",
        hint="read it again and repeat your change",
    )
