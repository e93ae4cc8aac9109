"""Keepline for Python. README.md tells how to begin."""

from keepline_client.errors import (
    Conflict,
    DeadlineExceeded,
    FieldError,
    Forbidden,
    InvalidRequest,
    KeeplineError,
    NotFound,
    PreconditionRequired,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unreachable,
    VersionMismatch,
)
from keepline_client.fields import RESET
from keepline_client.rest.aio.client import AsyncKeepline
from keepline_client.rest.requests import ANY
from keepline_client.rest.sync.client import Keepline
from keepline_client.retrying import Retries

__all__ = [
    "ANY",
    "RESET",
    "AsyncKeepline",
    "Conflict",
    "DeadlineExceeded",
    "FieldError",
    "Forbidden",
    "InvalidRequest",
    "Keepline",
    "KeeplineError",
    "NotFound",
    "PreconditionRequired",
    "Retries",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "VersionMismatch",
]
