"""What an edge holds of a tenant: records of two tables, and the addresses that it sends to.

A trunk record reads `tenant|trunk_id|flags|cidr,cidr,...|trunk_version` under the trunk's SIP domain; a
number record holds that domain under the E.164 number. Rule: what does not fit its type is refused here, on
both sides of the wire, so that no `|`, `,`, quote, blank or control character ever reaches a table, a file or
a command.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sip_config.domain.grammar import (
    MAX_PORT,
    RecordInvalid,
    Transport,
    is_address,
    is_domain,
    is_number,
    network,
)

MAX_VALUE = 4000  # what the edge's table file and its formatting buffer take with room to spare
ENABLED, DISABLED = "e", "d"
FIELDS = 5

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r"[1-9][0-9]{0,17}")


class Table(StrEnum):
    TRUNK = "trunk"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Record:
    """One key with its complete value, as the edge's table holds it."""

    table: Table
    key: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """Where an edge sends to and what it probes: set 1 holds switches, set 2 providers' endpoints."""

    set_id: int
    host: str
    port: int
    transport: Transport = Transport.UDP

    def __post_init__(self) -> None:
        if self.set_id < 1:
            raise RecordInvalid(f"destination set {self.set_id} is not a positive number")
        if not 1 <= self.port <= MAX_PORT:
            raise RecordInvalid(f"destination port {self.port} is not between 1 and {MAX_PORT}")
        if not is_address(self.host) and not is_domain(self.host):
            raise RecordInvalid(f"destination host {self.host!r} is neither an address nor a host name")


@dataclass(frozen=True, slots=True)
class TrunkRecord:
    domain: str
    tenant_id: str
    trunk_id: str
    enabled: bool
    source_cidrs: tuple[str, ...]
    version: int

    def __post_init__(self) -> None:
        if not is_domain(self.domain):
            raise RecordInvalid(f"trunk domain {self.domain!r} is not a host name in lower case")
        for name, value in (("tenant", self.tenant_id), ("trunk id", self.trunk_id)):
            if not _TOKEN.fullmatch(value):
                raise RecordInvalid(f"{name} {value!r} of {self.domain} is not a token")
        if not _VERSION.fullmatch(str(self.version)):
            raise RecordInvalid(f"version {self.version} of {self.domain} is not a positive number")
        for cidr in self.source_cidrs:
            network(cidr)
        if len(self._value()) > MAX_VALUE:
            raise RecordInvalid(
                f"the sources of {self.domain} are too many: a record holds {MAX_VALUE} characters"
            )

    def record(self) -> Record:
        return Record(Table.TRUNK, self.domain, self._value())

    @classmethod
    def of(cls, record: Record) -> "TrunkRecord":
        if len(record.value) > MAX_VALUE:
            raise RecordInvalid(f"the value of {record.key!r} is longer than {MAX_VALUE} characters")
        fields = record.value.split("|")
        if record.table is not Table.TRUNK or len(fields) != FIELDS:
            raise RecordInvalid(f"{record.key!r} does not hold a trunk record of {FIELDS} fields")
        tenant, trunk_id, flags, cidrs, version = fields
        if flags not in (ENABLED, DISABLED):
            raise RecordInvalid(f"flags {flags!r} of {record.key!r} are not known")
        if not _VERSION.fullmatch(version):
            raise RecordInvalid(f"version {version!r} of {record.key!r} is not a positive number")
        sources = tuple(cidrs.split(",")) if cidrs else ()
        return cls(record.key, tenant, trunk_id, flags == ENABLED, sources, int(version))

    def _value(self) -> str:
        flags = ENABLED if self.enabled else DISABLED
        return "|".join(
            (self.tenant_id, self.trunk_id, flags, ",".join(self.source_cidrs), str(self.version))
        )


@dataclass(frozen=True, slots=True)
class NumberRecord:
    number: str
    domain: str

    def __post_init__(self) -> None:
        if not is_number(self.number):
            raise RecordInvalid(f"number {self.number!r} is not E.164 with its plus")
        if not is_domain(self.domain):
            raise RecordInvalid(f"number {self.number} points to {self.domain!r}, which is not a host name")

    def record(self) -> Record:
        return Record(Table.NUMBER, self.number, self.domain)

    @classmethod
    def of(cls, record: Record) -> "NumberRecord":
        if record.table is not Table.NUMBER:
            raise RecordInvalid(f"{record.key!r} does not hold a number record")
        return cls(record.key, record.value)


def unique(destinations: Iterable[Destination]) -> tuple[Destination, ...]:
    """Sorted and without repeats: one endpoint is probed once, however many trunks share it."""
    return tuple(sorted(set(destinations)))
