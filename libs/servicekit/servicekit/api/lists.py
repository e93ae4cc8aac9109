"""What a list may be asked: one syntax for all of them, over REST and gRPC.

    page_size=50&page_token=...&order_by=name desc,created_at&fields=id,name&q=text&enabled=true
    &country=DE&country=FR&created_at_after=2026-11-23T09:00:00Z

A filter is named as the field that it compares; sent more than once it means any of them. Whatever is not
named here is refused, so that a misspelled filter never shows everything.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeAlias

from servicekit.api.findings import meant
from servicekit.api.page_tokens import Place, place_of, token_of, which_list
from servicekit.errors import Invalid, Violation
from servicekit.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from servicekit.refusals import WrongField

Parameters: TypeAlias = Mapping[str, Sequence[str]]
Value: TypeAlias = str | int | bool | datetime

MAX_TEXT = 80
MAX_VALUES = 50
_TOLD = 100
"""Wrong parameters, fields or orders of one request: each is told with a hint."""
_SINGLE = ("page_size", "page_token", "order_by", "fields", "q")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class Written:
    """Of a filter whose values have a form of their own. check: what is wrong with a text, by its place;
    schema: for OpenAPI."""

    check: Callable[[str, str], Sequence[WrongField]]
    schema: Mapping[str, Any]


Kind: TypeAlias = type | Collection[str] | Written


@dataclass(frozen=True, slots=True)
class ListAsked:
    """order: fields with 1 or -1, the last one unique; after: where the page before ended.
    filters: any of the values; after_time, before_time: bounds, exclusive; fields: None for all."""

    page_size: int
    order: tuple[tuple[str, int], ...]
    after: Place | None
    q: str
    filters: Mapping[str, tuple[Value, ...]]
    after_time: Mapping[str, datetime]
    before_time: Mapping[str, datetime]
    fields: tuple[str, ...] | None
    which: str

    def token(self, last: Sequence[Value]) -> str:
        """For the page behind what has these values of the fields of `order`."""
        return token_of(self.which, last)


@dataclass(frozen=True)
class ListRule:
    """fields: names of an item; order: those that a list can be ordered by, each with its type; `key` is
    unique, a text, and always among them. filters: str, bool, int, the choices, or a form; times: fields with
    _after and _before. q: whether text can be searched, and the words that say where."""

    fields: tuple[str, ...]
    order: Mapping[str, type] = field(default_factory=dict)
    filters: Mapping[str, Kind] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    q: str = ""
    first: tuple[tuple[str, int], ...] = (("id", 1),)
    key: str = "id"

    @property
    def names(self) -> tuple[str, ...]:
        """Of all parameters."""
        single = tuple(name for name in _SINGLE if name != "q" or self.q)
        bounds = tuple(f"{name}_{side}" for name in self.times for side in ("after", "before"))
        return (*single, *self.filters, *bounds)

    def read(self, sent: Parameters) -> ListAsked:
        """Raises Invalid with all that is wrong."""
        faults = list(unknown_parameters(sent, self.names))
        many = set(self.filters)
        for name, values in sent.items():
            if name not in many and name in self.names and len(values) > 1:
                faults.append(_wrong(name, "parameter_repeated", "it is sent twice", "send it once"))
        one = {name: values[0] for name, values in sent.items() if values}
        size = _size(one.get("page_size"), faults)
        order = self._order(one.get("order_by", ""), faults)
        fields = selected(one.get("fields"), self.fields, faults)
        text = _text(one.get("q", ""), faults)
        filters = {
            name: filter_values(name, kind, sent[name], faults)
            for name, kind in self.filters.items()
            if sent.get(name)
        }
        bounds = {side: self._bounds(side, one, faults) for side in ("after", "before")}
        which = which_list(order, text, filters, bounds)
        after = self._place(one.get("page_token", ""), which, order, faults)
        if faults:
            raise refused(faults)
        return ListAsked(size, order, after, text, filters, bounds["after"], bounds["before"], fields, which)

    def _order(self, text: str, faults: list[Violation]) -> tuple[tuple[str, int], ...]:
        if not text.strip(" "):
            return self.first
        known = {self.key: str, **self.order}
        read: dict[str, int] = {}
        for part in text.split(","):
            name, _, direction = part.strip(" ").partition(" ")
            if name not in known or direction.strip(" ") not in ("", "asc", "desc"):
                hint = f"write {next(iter(known))} desc, with any of {', '.join(known)}"
                detail = f"{part.strip()[:80]!r} is no field to order by"
                faults.append(_wrong("order_by", "order_by_invalid", detail, hint))
                return self.first
            read.setdefault(name, -1 if direction.strip(" ") == "desc" else 1)
        read.setdefault(self.key, next(reversed(read.values())))
        items = list(read.items())
        return tuple(items[: [name for name, _ in items].index(self.key) + 1])

    def _bounds(self, side: str, one: Mapping[str, str], faults: list[Violation]) -> dict[str, datetime]:
        read = {}
        for name in self.times:
            parameter = f"{name}_{side}"
            if parameter in one:
                at = read_time(one[parameter])
                if at is None:
                    hint = "write it as RFC 3339, such as 2026-11-23T09:00:00Z; a plus is %2B in a URL"
                    faults.append(_wrong(parameter, "parameter_invalid", "this is no time", hint))
                else:
                    read[name] = at
        return read

    def _place(
        self, token: str, which: str, order: Sequence[tuple[str, int]], faults: list[Violation]
    ) -> Place | None:
        if not token:
            return None
        kinds = {self.key: str, **self.order}
        place = place_of(token, which, [kinds[name] for name, _ in order])
        if place is None:
            detail = "this is not a token that we gave for this list"
            hint = "send next_page_token of the page before, unchanged, and the same order_by and filters"
            faults.append(_wrong("page_token", "page_token_invalid", detail, hint))
        return place


def filter_values(
    name: str, kind: Kind, texts: Sequence[str], faults: list[Violation], most: int = MAX_VALUES
) -> tuple[Value, ...]:
    values: list[Value] = []
    if len(texts) > most:
        detail = f"{len(texts)} values, {most} are allowed"
        faults.append(_wrong(name, "parameter_invalid", detail, "ask in several requests"))
    for text in texts[:most]:
        if isinstance(kind, Written):
            wrong = kind.check(text, f"/{name}")
            faults += [Violation(one.pointer, one.code, one.detail, one.hint) for one in wrong]
            values.append(text)
            continue
        value = _value(kind, text)
        if value is None:
            hint = _choices(kind)
            faults.append(_wrong(name, "parameter_invalid", f"{text[:80]!r} is no such value", hint))
        else:
            values.append(value)
    return tuple(values)


def one_truth(name: str, texts: Sequence[str], faults: list[Violation]) -> bool:
    """Of a parameter that is false when it is left out."""
    if len(texts) > 1:
        faults.append(_wrong(name, "parameter_repeated", "it is sent twice", "send it once"))
    values = filter_values(name, bool, texts[:1], faults)
    return bool(values and values[0])


def selected(text: str | None, known: Collection[str], faults: list[Violation]) -> tuple[str, ...] | None:
    """The names of `fields=`; None for all."""
    if not text:
        return None
    names = tuple(dict.fromkeys(part.strip(" ") for part in text.split(",")))
    for name in islice((name for name in names if name not in known), _TOLD):
        detail = f"there is no field {name[:80]!r}"
        faults.append(_wrong("fields", "fields_invalid", detail, meant(name, known)))
    return names


def unknown_parameters(sent: Iterable[str], known: Collection[str]) -> Iterable[Violation]:
    for name in islice((name for name in sent if name not in known), _TOLD):
        detail = f"there is no parameter {name[:80]!r}"
        yield _wrong(name[:80], "parameter_unknown", detail, meant(name, known))


def refused(faults: Sequence[Violation]) -> Invalid:
    many = f"{len(faults)} parameters are" if len(faults) > 1 else "a parameter is"
    return Invalid("request_invalid", f"{many} wrong", hint=faults[0].hint, violations=faults)


def read_time(text: str) -> datetime | None:
    """RFC 3339 with its zone, as UTC."""
    if len(text) < len("2026-11-23T09:00:00Z") or text[10] not in "Tt ":
        return None
    try:
        at = datetime.fromisoformat(text.replace("z", "Z"))
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _size(text: str | None, faults: list[Violation]) -> int:
    if text is None:
        return DEFAULT_PAGE_SIZE
    if text.isascii() and text.isdigit() and len(text) < len("1000000") and 1 <= int(text) <= MAX_PAGE_SIZE:
        return int(text)
    detail = f"{text[:20]!r} is not between 1 and {MAX_PAGE_SIZE}"
    faults.append(_wrong("page_size", "page_size_invalid", detail, f"leave it out for {DEFAULT_PAGE_SIZE}"))
    return DEFAULT_PAGE_SIZE


def _text(text: str, faults: list[Violation]) -> str:
    if len(text) > MAX_TEXT:
        faults.append(_wrong("q", "parameter_invalid", f"over {MAX_TEXT} characters", "search for less"))
    return text[:MAX_TEXT]


def _value(kind: Any, text: str) -> Value | None:
    if kind is bool:
        return _TRUTHS.get(text)
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("1" * 19) else None
    if kind is str:
        return text if text and text.isprintable() else None
    return text if text in kind else None


def _choices(kind: Any) -> str:
    if kind is bool:
        return "send true or false"
    if kind is int:
        return "send a whole number"
    return "send a text that can be printed" if kind is str else f"choose {' or '.join(kind)}"


def _wrong(name: str, code: str, detail: str, hint: str) -> Violation:
    return Violation(f"/{name}", code, detail, hint)
