"""Where edges can send a call: which addresses, and over which transports."""

from dataclasses import dataclass

from siptypes.address_policy import AddressPolicy
from siptypes.endpoints import Transport


@dataclass(frozen=True, slots=True)
class Reachable:
    """tls: whether edges have TLS."""

    addresses: AddressPolicy
    tls: bool = False

    @property
    def transports(self) -> tuple[Transport, ...]:
        return tuple(one for one in Transport if self.tls or one is not Transport.TLS)
