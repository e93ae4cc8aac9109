"""A number that a tenant holds on a trunk, and the label it gives it."""

from dataclasses import dataclass
from datetime import datetime

from phone_sources.domain.e164 import E164

MAX_LABEL = 80


@dataclass(frozen=True, slots=True)
class Trunk:
    """As much of a trunk as a number needs."""

    id: str
    tenant_id: str
    country: str


@dataclass(frozen=True, slots=True)
class Number:
    id: str
    tenant_id: str
    version: int
    e164: E164
    trunk_id: str
    label: str
    created_at: datetime


def label_problem(label: str) -> str | None:
    """What is wrong with a label, in words; None when nothing is."""
    if len(label) > MAX_LABEL:
        return f"the label has {len(label)} characters, {MAX_LABEL} are allowed"
    if not label.isprintable():
        return "the label holds a character that cannot be printed"
    return None
