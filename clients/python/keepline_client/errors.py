"""What a call may raise: one family, told by REST and gRPC alike.

Match by class for what to do (`NotFound`, `VersionMismatch`), by `code` for why; docs/problems of Keepline
lists the codes. `detail` and `hint` are sentences for people and may change.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with a request."""

    pointer: str
    """REST: RFC 6901 into the body, or `/` and a parameter; gRPC: the field's path in the message."""
    code: str
    detail: str
    hint: str = ""


class KeeplineError(Exception):
    """Base of all; raised itself for statuses that have no class of their own, such as 500 (`internal`)."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int = 0,
        hint: str = "",
        errors: Sequence[FieldError] = (),
        request_id: str = "",
        trace_id: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        self.code = code
        """Stable: "trunk_not_found"."""
        self.detail = detail
        self.status = status
        """HTTP status, by gRPC the one that REST has for it; 0 when nothing answered."""
        self.hint = hint
        """How to repair it; "" where nothing was said."""
        self.errors = tuple(errors)
        """All that is wrong with the request at once."""
        self.request_id = request_id
        """In every log line of the service about this request; quote it to whoever runs Keepline."""
        self.trace_id = trace_id
        self.retry_after_seconds = retry_after_seconds
        super().__init__(code, detail)

    def __str__(self) -> str:
        lines = [f"{self.detail} ({self.code})", *([self.hint] if self.hint else [])]
        lines += [f"  {e.pointer}: {e.detail} ({e.code})" for e in self.errors]
        return "\n".join(lines)


class InvalidRequest(KeeplineError):
    """400, 405, 413, 414, 415, 422, 431; INVALID_ARGUMENT: `errors` says what."""


class Unauthenticated(KeeplineError):
    """401: no token, or one that does not hold any more."""


class Forbidden(KeeplineError):
    """403: the role or scopes do not allow it."""


class NotFound(KeeplineError):
    """404, also for what belongs to another tenant."""


class Conflict(KeeplineError):
    """409: something else is in the way, such as what still names the object."""


class VersionMismatch(KeeplineError):
    """412, ABORTED: another version is current; read again and repeat. A change that was repeated because its
    answer was lost may meet its own version."""


class PreconditionRequired(KeeplineError):
    """428: the change does not say which version it is meant for."""


class TooManyRequests(KeeplineError):
    """429: `retry_after_seconds` says when there is room again."""


class Unavailable(KeeplineError):
    """408, 502, 503, 504: the service cannot do it now, or the request did not reach it whole."""


class Unreachable(Unavailable):
    """No answer: no connection, or one that broke. Whether the request was done is not known."""


class DeadlineExceeded(KeeplineError):
    """The time for the call is over. Whether the request was done is not known."""


_BY_STATUS: dict[int, type[KeeplineError]] = {
    400: InvalidRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: InvalidRequest,
    408: Unavailable,
    409: Conflict,
    412: VersionMismatch,
    413: InvalidRequest,
    414: InvalidRequest,
    415: InvalidRequest,
    422: InvalidRequest,
    428: PreconditionRequired,
    429: TooManyRequests,
    431: InvalidRequest,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def kind_of(status: int) -> type[KeeplineError]:
    """status: of HTTP."""
    return _BY_STATUS.get(status, KeeplineError)
