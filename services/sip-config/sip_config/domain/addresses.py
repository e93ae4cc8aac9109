"""Where a trunk may send to and be sent from: what the platform's address policy says of its addresses."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_network

from siptypes.address_policy import AddressPolicy
from siptypes.faults import Fault


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
