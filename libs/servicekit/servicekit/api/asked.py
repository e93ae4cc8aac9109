"""What a caller asks for, as far as it could be read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from servicekit.errors import Violation

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """draft: None stands for each of its fields that could not be read; faults: why, told with the others."""

    draft: T
    faults: tuple[Violation, ...] = ()


Change = Callable[[S], Asked[T]]
"""What is asked for, by the state that it starts from."""
