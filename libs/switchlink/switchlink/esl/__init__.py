"""The event socket of a switch: EslLink and what it says."""

from .errors import (
    AuthenticationFailed,
    CommandInvalid,
    CommandRefused,
    CommandTimeout,
    EslError,
    NotConnected,
    ProtocolViolation,
)
from .event import EslEvent, EslItem, Resync
from .link import EslLink

__all__ = [
    "AuthenticationFailed",
    "CommandInvalid",
    "CommandRefused",
    "CommandTimeout",
    "EslError",
    "EslEvent",
    "EslItem",
    "EslLink",
    "NotConnected",
    "ProtocolViolation",
    "Resync",
]
