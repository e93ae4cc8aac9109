"""What the platform's address policy (servicekit.addresses) says of an address that a tenant names."""

from ipaddress import IPv4Network, IPv6Network
from typing import Protocol


class Refusal(Protocol):
    """code: stable; detail: what is wrong; hint: how to repair it."""

    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def hint(self) -> str: ...


class AddressPolicy(Protocol):
    """None where a tenant may name it."""

    def refused_host(self, host: str) -> Refusal | None: ...
    def refused_network(self, network: IPv4Network | IPv6Network) -> Refusal | None: ...
