"""What may be written of a resource: by POST, and by PATCH over what it is now.

Each field is read alone, so that a wrong one hides no other and the domain's rules can look at all that were
readable: a caller is told every fault at once.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from servicekit.api.findings import pointer_of, unknown_field, violation
from servicekit.api.merge_patch import merged, nulled
from servicekit.api.partly import readable_part
from servicekit.errors import Violation

MOST_ITEMS = 5_000
"""Of an array: each of them may be wrong, and is looked at before its field's own rule counts them."""
Document = Mapping[str, Any]
"""As JSON has it: objects, arrays, texts, numbers, true, false."""


@dataclass(frozen=True, slots=True)
class Reading:
    """values: of the fields that could be read, defaults for those that were not sent."""

    values: Mapping[str, Any]
    faults: tuple[Violation, ...] = ()

    def __getitem__(self, name: str) -> Any:
        """None for what could not be read; of what could be read in parts, these (servicekit.api.partly)."""
        return self.values.get(name)


@dataclass(frozen=True)
class Resource:
    """shape: what POST takes; a field with a default may be left out, and null in a PATCH resets it.
    read_only: stored, and set by us or when it is made; they may be sent back as they were read.
    computed: not stored, passed over in a PATCH. only_in_post: fields of the shape that are not read."""

    shape: type[BaseModel]
    read_only: frozenset[str]
    computed: frozenset[str] = frozenset()
    only_in_post: frozenset[str] = frozenset()

    def created(self, document: object, found: Iterable[Violation] = ()) -> Reading:
        """found: what is wrong with the request besides."""
        if not isinstance(document, Mapping):
            return Reading({}, (*found, _no_object()))
        ours = (self.read_only | self.computed) - self._fields.keys()
        faults = [*found, *(_set_by_us(name) for name in document if name in ours)]
        rest = {name: value for name, value in document.items() if name not in ours}
        return self._read(rest, self._fields, faults)

    def patched(self, stored: Document, patch: object, found: Iterable[Violation] = ()) -> Reading:
        """stored: the resource as it is read, as JSON."""
        if not isinstance(patch, Mapping):
            return Reading({}, (*found, _no_object()))
        writable = {name: one for name, one in self._fields.items() if name not in self.only_in_post}
        faults, change = list(found), {}
        for name, value in patch.items():
            if name in writable:
                change[name] = value
            elif name in self.read_only or name in self.only_in_post:
                if name not in stored or stored[name] != value:
                    faults.append(_read_only(name, stored.get(name)))
            elif name not in self.computed:
                faults.append(unknown_field(name, writable, pointer_of([name])))
        before = {name: stored[name] for name in writable if name in stored}
        reading = self._read(merged(before, change), writable, faults)
        gone = {pointer_of(place) for place in nulled(change)}
        return Reading(reading.values, tuple(_reset(fault, gone) for fault in reading.faults))

    def _read(self, document: Document, fields: Mapping[str, "_Field"], found: list[Violation]) -> Reading:
        values, faults = {}, list(found)
        for name, one in fields.items():
            if name in document:
                value, wrong = one.read(name, document[name])
                faults += wrong
                if value is not None or not wrong:
                    values[name] = value
            elif one.info.is_required():
                faults.append(violation({"type": "missing"}, [name]))
            else:
                values[name] = one.info.get_default(call_default_factory=True)
        unknown = [name for name in document if name not in fields]
        faults += [unknown_field(name, fields, pointer_of([name])) for name in unknown]
        return Reading(values, tuple(faults))

    @cached_property
    def _fields(self) -> Mapping[str, "_Field"]:
        return {name: _Field(info) for name, info in self.shape.model_fields.items()}


@dataclass(frozen=True)
class _Field:
    info: FieldInfo
    adapter: TypeAdapter[Any] = field(init=False)

    def __post_init__(self) -> None:
        kind: Any = self.info.annotation
        for rule in self.info.metadata:
            kind = Annotated[kind, rule]
        object.__setattr__(self, "adapter", TypeAdapter(kind))

    def read(self, name: str, value: object) -> tuple[Any, list[Violation]]:
        if isinstance(value, list) and len(value) > MOST_ITEMS:
            too_long = {"type": "too_long", "ctx": {"max_length": MOST_ITEMS}}
            return None, [violation(too_long, [name])]
        try:
            # as JSON: pydantic's strict mode takes objects for models, and texts for times, only from there
            return self.adapter.validate_json(json.dumps(value), strict=True), []
        except ValidationError as error:
            part = readable_part(self.info.annotation, value)
            return part, [violation(one, [name, *one["loc"]], self._known(value)) for one in error.errors()]

    def _known(self, value: object) -> Collection[str]:
        kind = self.info.annotation
        return kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else ()


def _no_object() -> Violation:
    return Violation("", "field_type", "the body is not an object", "send a JSON object")


def _set_by_us(name: str) -> Violation:
    return Violation(pointer_of([name]), "field_read_only", f"{name} is set by the service", "leave it out")


def _read_only(name: str, now: object) -> Violation:
    hint = "leave it out" if now is None else f"leave it out, or send it as it is: {json.dumps(now)[:200]}"
    return Violation(pointer_of([name]), "field_read_only", f"{name} cannot be changed", hint)


def _reset(fault: Violation, gone: Collection[str]) -> Violation:
    if fault.code != "field_missing" or fault.pointer not in gone:
        return fault
    detail = "it has no default that null could reset it to"
    return Violation(fault.pointer, "field_not_resettable", detail, "send its new value, or leave it out")
