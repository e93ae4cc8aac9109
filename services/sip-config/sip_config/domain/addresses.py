"""Where a trunk may send to and be sent from: what the platform's address policy says of its addresses."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Protocol

from sip_config.domain.fault import Fault


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


def source_faults(written: Iterable[str], policy: AddressPolicy, known: Collection[str]) -> Iterator[Fault]:
    """known: pointers of what is wrong already."""
    for index, text in enumerate(written):
        pointer = f"/source_cidrs/{index}"
        if pointer not in known:
            refusal = policy.refused_network(ip_network(text.strip()))
            if refusal is not None:
                yield Fault(pointer, refusal.code, refusal.detail, refusal.hint)


def host_faults(hosts: Iterable[str], policy: AddressPolicy, known: Collection[str]) -> Iterator[Fault]:
    """known: pointers of what is wrong already."""
    for index, host in enumerate(hosts):
        pointer = f"/endpoints/{index}/host"
        refusal = policy.refused_host(host) if pointer not in known else None
        if refusal is not None:
            yield Fault(pointer, refusal.code, refusal.detail, refusal.hint)
