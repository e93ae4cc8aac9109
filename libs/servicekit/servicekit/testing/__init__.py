"""Twins and small tools for unit tests; the contract suite proves the twins against the real ones."""

from servicekit.clock import FakeClock
from servicekit.testing.broker import MemoryBroker, MemoryProducer
from servicekit.testing.collection import MemoryCollection
from servicekit.testing.each import Each
from servicekit.testing.tokens import tokens, verifier_of
from servicekit.testing.waiting import until

__all__ = [
    "Each",
    "FakeClock",
    "MemoryBroker",
    "MemoryCollection",
    "MemoryProducer",
    "tokens",
    "until",
    "verifier_of",
]
