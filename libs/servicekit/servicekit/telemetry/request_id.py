"""The id of the request that is being served: on its answer, and on every log line until then.

A caller's own is taken where it can be written anywhere; otherwise one is made.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from servicekit.ids import new_id

HEADER = "x-request-id"
"""Of a REST request and its answer, and the key in gRPC metadata."""
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_current: ContextVar[str] = ContextVar("keepline_request_id", default="")


def request_id() -> str:
    """ "" where no request is being served."""
    return _current.get()


@contextmanager
def serving(asked: str) -> Iterator[str]:
    """`asked`: what the caller sent as its id, "" for none; gives the id that holds within the block."""
    taken = asked if _ACCEPTABLE.fullmatch(asked) else new_id("req")
    token = _current.set(taken)
    try:
        yield taken
    finally:
        _current.reset(token)


def begin(asked: str) -> str:
    """As `serving`, for the rest of this task."""
    taken = asked if asked and _ACCEPTABLE.fullmatch(asked) else new_id("req")
    _current.set(taken)
    return taken
