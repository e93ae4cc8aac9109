"""Checks what a tenant says of an onboarding: every fault at once, each with its pointer and its repair."""

from collections.abc import Sequence
from dataclasses import dataclass

from sip_config.domain.onboarding.onboarding import Line, OnboardedNumber, OnboardingFields
from siptypes.faults import Fault, is_name
from siptypes.ids import is_token
from siptypes.numbers import number_faults

MOST_NUMBERS = 1_000
"""As many as are brought in by one request, and as one plan has."""
_LINES = ", ".join(Line)


@dataclass(frozen=True, slots=True)
class NumberDraft:
    """None: it could not be read, which was told already."""

    number_id: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class OnboardingDraft:
    """line None, numbers None and armed None: as above. The other ones: None where they are not known yet."""

    line: str | None
    provider_name: str | None = None
    trunk_id: str | None = None
    numbers: Sequence[NumberDraft] | None = ()
    agent_id: str | None = None
    plan_id: str | None = None
    armed: bool | None = False


def check_onboarding(draft: OnboardingDraft) -> OnboardingFields | list[Fault]:
    """Fields only of a draft that could be read as a whole. Whether its trunk is there is not asked."""
    faults = [] if draft.line is None else _line_faults(draft.line)
    name = (draft.provider_name or "").strip()
    if draft.provider_name is not None and not is_name(name):
        detail, hint = "the name is empty, too long or cannot be printed", "use 1 to 80 printable characters"
        faults.append(Fault("/provider_name", "name_invalid", detail, hint))
    faults += _id_faults("agent", draft.agent_id) + _id_faults("plan", draft.plan_id)
    numbers, wrong = _numbers(draft.numbers or ())
    faults += wrong
    if faults or draft.line is None or draft.numbers is None or draft.armed is None:
        return faults
    ids = (draft.agent_id or "", draft.plan_id or "")
    return OnboardingFields(Line(draft.line), name, draft.trunk_id or "", numbers, *ids, draft.armed)


def trunk_missing(trunk_id: str) -> Fault:
    hint = "list your trunks to see their ids"
    return Fault("/trunk_id", "trunk_not_found", f"no trunk {trunk_id[:80]}", hint)


def _line_faults(line: str) -> list[Fault]:
    if line in list(Line):
        return []
    return [Fault("/line", "line_unknown", "this is no line that we know", f"send one of {_LINES}")]


def _id_faults(what: str, one: str | None, pointer: str = "") -> list[Fault]:
    if one is None or is_token(one):
        return []
    detail, hint = f"this is no id of a {what}", f"send the id of one of your {what}s as it was given"
    return [Fault(pointer or f"/{what}_id", "id_invalid", detail, hint)]


def _numbers(drafts: Sequence[NumberDraft]) -> tuple[tuple[OnboardedNumber, ...], list[Fault]]:
    if len(drafts) > MOST_NUMBERS:
        detail = f"{len(drafts)} numbers, {MOST_NUMBERS} are allowed"
        hint = "name those that this onboarding is about"
        return (), [Fault("/numbers", "numbers_too_many", detail, hint)]
    read: dict[str, OnboardedNumber] = {}
    faults: list[Fault] = []
    for index, one in enumerate(drafts):
        at = f"/numbers/{index}"
        wrong = _id_faults("number", one.number_id, f"{at}/number_id")
        wrong += [] if one.number is None else number_faults(one.number, f"{at}/number")
        faults += wrong
        if not wrong and one.number_id is not None and one.number is not None:
            read[one.number_id] = OnboardedNumber(one.number_id, one.number)
    return tuple(read.values()), faults
