"""Where a trunk may send to and be sent from: what the platform's address policy says of its addresses, and
what it may be called over."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_network

from siptypes.address_policy import AddressPolicy
from siptypes.endpoints import Transport
from siptypes.faults import Fault
from siptypes.reachable import Reachable


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


def transport_faults(transport: Transport, reachable: Reachable, pointer: str) -> list[Fault]:
    if transport in reachable.transports:
        return []
    hint = "use tcp or udp; what your provider sends to us is not touched by this"
    return [Fault(pointer, "endpoint_tls_unavailable", "our edges call nobody over TLS yet", hint)]
