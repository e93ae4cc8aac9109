"""What is wrong with one field: for REST, gRPC and whoever else asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """pointer: JSON pointer (RFC 6901); code: stable; hint: how to repair it."""

    pointer: str
    code: str
    detail: str
    hint: str
