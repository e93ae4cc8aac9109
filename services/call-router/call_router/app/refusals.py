"""Faults and absences as the problems that callers are told."""

from collections.abc import Iterable

from servicekit.errors import Conflict, Invalid, NotFound, PreconditionFailed, Violation
from siptypes.faults import Fault


def invalid(what: str, faults: Iterable[Fault]) -> Invalid:
    """`what` is "agent" or "plan"."""
    violations = [Violation(f.pointer, f.code, f.detail, f.hint) for f in faults]
    many = f"{len(violations)} fields are" if len(violations) > 1 else "a field is"
    return Invalid(f"{what}_invalid", f"{many} wrong", violations=violations)


def not_found(what: str, sought: str) -> NotFound:
    return NotFound(f"{what}_not_found", f"no {what} {sought}", hint=f"list your {what}s to see their ids")


def refuse_beyond(quota: int, has: int, what: str) -> None:
    """Raises Conflict when there is no room for one more; `what` is "agents" or "plans"."""
    if has >= quota:
        detail = f"you have {has} {what}, {quota} are allowed"
        hint = f"delete {what} that you do not use, or ask the operator for more"
        raise Conflict(f"quota_{what}", detail, hint=hint)


def changed_meanwhile(what: str, current: int) -> PreconditionFailed:
    return PreconditionFailed(
        "version_changed",
        f"the {what} was changed meanwhile, its version is {current}",
        hint="read it again and repeat your change",
    )
