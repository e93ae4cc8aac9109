"""Reads the settings of a process; what is wrong is told all at once, by the names that were typed."""

import sys
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from servicekit.settings.environment import PREFIX, NotJson, group_of, names_of, unknown
from servicekit.settings.groups import ProcessSettings
from servicekit.settings.listing import help_text

EXIT_WRONG_SETTING = 2


class WrongSetting(Exception):
    """A setting that turns out to be wrong only when it is used (a port in use, an unreadable key)."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


S = TypeVar("S", bound=ProcessSettings)


def load(cls: type[S]) -> S:
    """The settings, or SystemExit(2) after a line for each one that is wrong."""
    from_environment: Callable[[], S] = cls
    wrong = unknown(cls)
    try:
        settings = from_environment()
    except ValidationError as error:
        wrong |= _findings(cls, error)
    else:
        if not wrong:
            return settings
    for name, reason in wrong.items():
        _complain(name, reason)
    raise SystemExit(EXIT_WRONG_SETTING)


def told_if_asked(name: str, cls: type[BaseModel]) -> None:
    """A process takes no arguments: --help tells its settings and leaves, anything else does so with 2."""
    arguments = sys.argv[1:]
    if not arguments:
        return
    asked = arguments in (["--help"], ["-h"])
    (sys.stdout if asked else sys.stderr).write(help_text(name, cls))
    raise SystemExit(0 if asked else EXIT_WRONG_SETTING)


def refuse(wrong: WrongSetting) -> NoReturn:
    _complain(wrong.name, wrong.reason)
    raise SystemExit(EXIT_WRONG_SETTING)


def _findings(cls: type[BaseModel], error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for finding in error.errors(include_url=False):
        unread = isinstance(finding["input"], NotJson)
        reason = "cannot be read as JSON" if unread else _reason(finding["msg"])
        for path in _leaves(cls, [str(part) for part in finding["loc"]], spread=not unread):
            name, inside = _typed(cls, path)
            found.setdefault(name, f"{inside}: {reason}" if inside else reason)
    return found


def _typed(cls: type[BaseModel], path: list[str]) -> tuple[str, str]:
    """The variable that was typed, and the place inside its JSON value."""
    names = names_of(cls)
    for end in range(len(path), 0, -1):
        name = PREFIX + "__".join(path[:end]).upper()
        if name in names:
            return name, ".".join(path[end:])
    return PREFIX + "__".join(path).upper(), ""


def _leaves(cls: type[BaseModel], path: list[str], *, spread: bool) -> Iterable[list[str]]:
    """A missing group of settings is told by the names of its required members."""
    field = cls.model_fields.get(path[0]) if path else None
    group = group_of(field.annotation) if field is not None and len(path) == 1 else None
    if group is None or not spread:
        return [path]
    return [[*path, name] for name, member in group.model_fields.items() if member.is_required()] or [path]


def _reason(message: str) -> str:
    if message == "Field required":
        return "is not set; it is required"
    return message.removeprefix("Value error, ")


def _complain(name: str, reason: str) -> None:
    sys.stderr.write(f"{name}: {reason}\n")
