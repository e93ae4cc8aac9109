"""Why a request was turned away, in a sentence and as data, and what would let the next one pass."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What did not hold."""

    TRUNK_KNOWN = "trunk_known"
    SOURCE = "source"
    TRUNK_ENABLED = "trunk_enabled"
    REQUEST = "request"
    RATE = "rate"
    OPEN_CALLS = "open_calls"
    NUMBER = "number"
    PLAN = "plan"
    AGENT = "agent"
    MEDIA = "media"
    PLATFORM = "platform"


class FixKind(StrEnum):
    ALLOW_ADDRESS = "allow_address"
    ALLOW_NETWORK = "allow_network"
    ENABLE_TRUNK = "enable_trunk"
    READ_AS_COUNTRY = "read_as_country"
    ADD_NUMBER = "add_number"
    MOVE_NUMBER = "move_number"
    PUT_ON_PLAN = "put_on_plan"


@dataclass(frozen=True, slots=True)
class Fix:
    """What there is of these follows from the kind.

    allow_address, allow_network  source_cidr, which may now send; replaces: the networks that it holds
    enable_trunk                  nothing
    read_as_country               country: the trunk's from then on; number: what `called` then means
    add_number                    number: E.164, brought in on the trunk
    move_number                   number, number_id: the tenant's own, now on another trunk
    put_on_plan                   number; whoever applies it says on which of the tenant's plans
    """

    kind: FixKind
    source_cidr: str = ""
    replaces: tuple[str, ...] = ()
    country: str = ""
    number: str = ""
    number_id: str = ""

    @property
    def id(self) -> str:
        """Says all that the fix would do, so that the same id never means something else."""
        value = self.source_cidr or self.country or self.number
        return f"{self.kind}:{value}" if value else str(self.kind)


@dataclass(frozen=True, slots=True)
class Nearest:
    """What almost held: a network of the trunk, or a number of the tenant and the country to read it by."""

    network: str = ""
    just_outside: bool = False
    number: str = ""
    country: str = ""
    trunk_id: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """allows: the trunk's networks; read_as: what the called number means in the trunk's country.
    holds_now: the same request would not be turned away for this any more."""

    rule: Rule
    detail: str
    hint: str
    allows: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    nearest: Nearest | None = None
    fixes: tuple[Fix, ...] = ()
    holds_now: bool = False
