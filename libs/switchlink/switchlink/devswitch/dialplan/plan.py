"""Reads infra/freeswitch/dialplan and finds a call's actions in it, as mod_dialplan_xml does.

All conditions of a context are looked at when it is entered; the data of actions is expanded when they
are executed. What our files do not use is refused when they are read, so that nothing is silently other
than in FreeSWITCH.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .expansion import Lookup, expand

_GLOBAL = re.compile(r"\$\$\{([a-z_]+)\}")
_GROUP = re.compile(r"\$([0-9])")
_ATTRIBUTES = {
    "include": set(),
    "context": {"name"},
    "extension": {"name", "continue"},
    "condition": {"field", "expression", "break", "regex"},
    "regex": {"field", "expression"},
    "action": {"application", "data"},
    "anti-action": {"application", "data"},
}
_ON_THE_SPOT = ("set", "unset", "multiset", "sched_hangup", "sched_cancel", "ring_ready", "event", "transfer")
_APPLICATIONS = frozenset((*_ON_THE_SPOT, "respond", "socket", "bridge"))


class DialplanUnreadable(ValueError):
    """Not XML, or something in it that devswitch does not know."""


@dataclass(frozen=True, slots=True)
class Action:
    application: str
    data: str


@dataclass(frozen=True, slots=True)
class Test:
    field: str
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """True when every test is; without any, always."""

    tests: tuple[Test, ...]
    never_breaks: bool
    actions: tuple[Action, ...]
    anti_actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    name: str
    goes_on: bool
    conditions: tuple[Condition, ...]


class Dialplan:
    def __init__(self, contexts: Mapping[str, tuple[Extension, ...]], values: Mapping[str, str]) -> None:
        self._contexts = contexts
        self.values = values

    @classmethod
    def read(cls, file: Path, values: Mapping[str, str]) -> "Dialplan":
        """`values`: the global variables that vars.xml sets. Raises DialplanUnreadable."""
        text = _GLOBAL.sub(lambda found: escape(_known(values, found[1])), file.read_text())
        try:
            root = ElementTree.fromstring(text)  # noqa: S314  the repository's own file
        except ElementTree.ParseError as error:
            raise DialplanUnreadable(f"{file}: {error}") from error
        contexts: dict[str, tuple[Extension, ...]] = {}
        for context in _children(root):
            name = context.attrib["name"]
            if name in contexts:
                raise DialplanUnreadable(f"two contexts named {name}")
            contexts[name] = tuple(_extension(child) for child in _children(context))
        return cls(contexts, values)

    def actions(self, context: str, destination: str, lookup: Lookup) -> list[Action]:
        found: list[Action] = []
        for extension in self._contexts.get(context, ()):
            fits, actions = _try(extension, destination, lookup)
            found += actions
            if fits and not extension.goes_on:
                break
        return found


def _try(extension: Extension, destination: str, lookup: Lookup) -> tuple[bool, list[Action]]:
    found: list[Action] = []
    fits = False
    for condition in extension.conditions:
        matches = list(_matches(condition, destination, lookup))
        holds = None not in matches
        groups = matches[-1] if matches else None
        found += _filled(condition.actions, groups) if holds else condition.anti_actions
        fits = holds or bool(condition.anti_actions)
        if not holds and not condition.never_breaks:
            break
    return fits, found


def _matches(condition: Condition, destination: str, lookup: Lookup) -> Iterator[re.Match[str] | None]:
    for test in condition.tests:
        value = destination if test.field == "destination_number" else expand(test.field, lookup)
        yield test.expression.search(value)


def _filled(actions: tuple[Action, ...], groups: re.Match[str] | None) -> Iterator[Action]:
    """$1 in an action is what the condition's parentheses held."""
    if groups is None or not groups.re.groups:
        yield from actions
        return
    held = groups
    for action in actions:
        yield Action(action.application, _GROUP.sub(lambda name: held[int(name[1])] or "", action.data))


def _extension(element: ElementTree.Element) -> Extension:
    conditions = tuple(map(_condition, _children(element)))
    return Extension(element.get("name", ""), element.get("continue") == "true", conditions)


def _condition(element: ElementTree.Element) -> Condition:
    children = list(_children(element))
    breaks, rule = element.get("break", "on-false"), element.get("regex", "all")
    if breaks not in ("on-false", "never") or rule != "all":
        raise DialplanUnreadable(f"a condition with break={breaks} and regex={rule}")
    tested = [element] if "field" in element.attrib else [c for c in children if c.tag == "regex"]
    return Condition(
        tuple(Test(one.attrib["field"], re.compile(one.attrib["expression"])) for one in tested),
        breaks == "never",
        tuple(_action(child) for child in children if child.tag == "action"),
        tuple(_action(child) for child in children if child.tag == "anti-action"),
    )


def _action(element: ElementTree.Element) -> Action:
    application = element.attrib["application"]
    if application not in _APPLICATIONS:
        raise DialplanUnreadable(f"the application {application}")
    return Action(application, element.get("data", ""))


def _children(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in element:
        unknown = set(child.attrib) - _ATTRIBUTES.get(child.tag, set())
        if child.tag not in _ATTRIBUTES or unknown:
            raise DialplanUnreadable(f"<{child.tag}> with {sorted(unknown)}")
        yield child


def _known(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise DialplanUnreadable(f"$${{{name}}} is not set")
    return values[name]
