"""What one place in the sources says when it refuses something."""

from dataclasses import dataclass
from typing import Literal

Told = Literal["problem", "field", "call"]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    code: str
    told: Told
    """problem: of a refusal over REST and gRPC; field: of one wrong field; call: of a refused call."""
    by: str
    """A service, "every service", "the edge" or "the switch"."""
    where: str
    """File and line, for whoever has to mend it."""
    title: str = ""
    status: str = ""
    """"HTTP 404, gRPC NOT_FOUND" or "SIP 403"."""
    pointer: str = ""
    detail: str = ""
    hint: str = ""


class Unclear(Exception):
    """A place whose code cannot be read from the source."""
