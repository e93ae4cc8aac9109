"""Numbers on their way from one plan to another."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passing:
    """The giver has let these numbers go; whether the taker has them already is not known."""

    tenant_id: str
    giver_id: str
    taker_id: str
    numbers: tuple[str, ...]
    at: datetime
