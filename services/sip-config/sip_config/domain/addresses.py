"""Where a trunk may send to and be sent from: what the platform's address policy says of its addresses, and
what it may be called over."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_network

from siptypes.address_policy import AddressPolicy
from siptypes.endpoints import Transport
from siptypes.faults import Fault
from siptypes.reachable import Reachable


def source_faults(
    written: Iterable[str], policy: AddressPolicy, known: Collection[str], held: Collection[str]
) -> Iterator[Fault]:
    """known: pointers of what is wrong already. held: canonical networks that are kept as they are."""
    for index, text in enumerate(written):
        pointer = f"/source_cidrs/{index}"
        network = None if pointer in known else ip_network(text.strip())
        if network is not None and str(network) not in held:
            refusal = policy.refused_network(network)
            if refusal is not None:
                yield Fault(pointer, refusal.code, refusal.detail, refusal.hint)


def host_faults(host: str, policy: AddressPolicy, pointer: str) -> list[Fault]:
    refusal = policy.refused_host(host)
    return [Fault(pointer, refusal.code, refusal.detail, refusal.hint)] if refusal else []


def transport_faults(transport: Transport, reachable: Reachable, pointer: str) -> list[Fault]:
    if transport in reachable.transports:
        return []
    hint = "use tcp or udp; what your provider sends to us is not touched by this"
    return [Fault(pointer, "endpoint_tls_unavailable", "our edges call nobody over TLS yet", hint)]
