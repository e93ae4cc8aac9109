"""What is wrong with one field, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer` is a JSON pointer into what was sent; `code` is stable."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


MAX_NAME = 80


def name_faults(name: str) -> tuple[Fault, ...]:
    if len(name.strip()) >= 1 and len(name) <= MAX_NAME and name.isprintable():
        return ()
    hint = f"use 1 to {MAX_NAME} printable characters"
    return (Fault("/name", "name_invalid", "the name is empty, too long or cannot be printed", hint),)
