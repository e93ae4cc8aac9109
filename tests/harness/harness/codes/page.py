"""The page of one code: what happened, who says it, how to repair it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.codes.found import Found

_TOLD = {
    "problem": "the code of a refusal",
    "field": "one of the `errors` of a refusal",
    "call": "a refused call",
}
_VALUE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    code: str
    places: Sequence[Found]
    what: str = ""
    repair: str = ""
    """Said by hand (texts.toml), before what the sources say."""

    @property
    def details(self) -> list[str]:
        return _said([self.what, *(place.detail for place in self.places)])

    @property
    def hints(self) -> list[str]:
        return _said([self.repair, *(place.hint for place in self.places)])

    @property
    def by(self) -> list[str]:
        return sorted({name for place in self.places for name in place.by.split(", ")})

    @property
    def statuses(self) -> list[str]:
        """Of the code of a refusal over REST, as in "404"; mostly one."""
        said = [re.search(r"HTTP (\d{3})", place.status) for place in self.places if place.told == "problem"]
        return sorted({found[1] for found in said if found})

    def missing(self) -> list[str]:
        """What nobody says of it."""
        return [
            what
            for what, said in (("what happened", self.details), ("how to repair it", self.hints))
            if not said
        ]

    def markdown(self) -> str:
        lines = [f"# {self.code}", "", "| told as | with | by |", "|---|---|---|", *self._rows(), ""]
        lines += ["## What happened", "", *_listed(self.details), ""]
        lines += ["## How to repair it", "", *_listed(self.hints)]
        return "\n".join(lines) + "\n"

    def _rows(self) -> list[str]:
        by: dict[tuple[str, str], set[str]] = {}
        for place in self.places:
            pointer = f"`{_shown(place.pointer)}`" if place.pointer else ""
            by.setdefault((_TOLD[place.told], place.status or pointer), set()).update(place.by.split(", "))
        for told, status in [key for key in by if key[1] == ""]:
            others = [key for key in by if key[0] == told and key[1]]
            if others and by[told, status] <= set().union(*(by[key] for key in others)):
                del by[told, status]
        return [
            f"| {told} | {status} | {', '.join(sorted(names))} |"
            for (told, status), names in sorted(by.items())
        ]

    def entry(self) -> str:
        """A line of the catalogue that services serve."""
        return json.dumps(
            {
                "statuses": self.statuses,
                "by": self.by,
                "told": sorted({_TOLD[place.told] for place in self.places}),
                "what": self.details,
                "repair": self.hints,
            },
            ensure_ascii=False,
        )


def _said(texts: Sequence[str]) -> list[str]:
    """Each once, as a sentence."""
    found: dict[str, None] = {}
    for text in texts:
        words = _shown(text).strip()
        if words and not _VALUE.fullmatch(text):
            found[words[0].upper() + words[1:] + ("" if words[-1] in ".?!" else ".")] = None
    return list(found)


def _shown(text: str) -> str:
    return _VALUE.sub(lambda value: f"<{value[1].strip('_').lower()}>", text)


def _listed(sentences: Sequence[str]) -> list[str]:
    shown = [re.sub(r"(<\w+>)", r"`\1`", sentence) for sentence in sentences]
    return shown if len(shown) == 1 else [f"- {sentence}" for sentence in shown]
