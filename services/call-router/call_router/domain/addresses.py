"""Where an agent may be called: what the platform's address policy says of a host."""

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
