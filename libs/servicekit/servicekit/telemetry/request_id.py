"""The id of the request that is being served: on its answer, and on every log line until then.

A caller's own is taken where it can be written anywhere; otherwise one is made.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
    taken = _taken(asked)
    token = _current.set(taken)
    try:
        yield taken
    finally:
        _current.reset(token)


def begin(asked: str) -> str:
    """As `serving`, for the rest of this task."""
    taken = _taken(asked)
    _current.set(taken)
    return taken


def _taken(asked: str) -> str:
    """104 bits of chance: nothing is stored under it, so it need not sort as `new_id` does, which costs as
    much as six of these."""
    return asked if asked and _ACCEPTABLE.fullmatch(asked) else f"req_{os.urandom(13).hex()}"
