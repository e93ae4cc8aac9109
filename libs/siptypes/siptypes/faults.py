"""What is wrong with something that was written: as a value, or as an error with a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """pointer: JSON pointer (RFC 6901) into what was sent; code: stable; hint: how to repair it."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class Misfit(ValueError):
    """Says in words which part of a record does not fit its type."""


MAX_NAME = 80


def name_faults(name: str, hint: str = f"use 1 to {MAX_NAME} printable characters") -> list[Fault]:
    """Of the name that a tenant gives to a thing of its own."""
    if name.strip() and len(name) <= MAX_NAME and name.isprintable():
        return []
    return [Fault("/name", "name_invalid", "the name is empty, too long or cannot be printed", hint)]
