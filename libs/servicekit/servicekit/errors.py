"""The one error family that crosses a process boundary.

    Problem
    ├── Invalid             422  INVALID_ARGUMENT
    ├── Unauthenticated     401  UNAUTHENTICATED
    ├── Forbidden           403  PERMISSION_DENIED
    ├── NotFound            404  NOT_FOUND            (also what another tenant holds)
    ├── Conflict            409  ALREADY_EXISTS
    ├── QuotaReached        409  RESOURCE_EXHAUSTED
    ├── InUse               409  FAILED_PRECONDITION
    ├── UnderWay            409  ABORTED
    ├── PreconditionFailed  412  FAILED_PRECONDITION
    ├── VersionMismatch     412  ABORTED
    ├── PreconditionRequired 428 FAILED_PRECONDITION
    ├── TooMany             429  RESOURCE_EXHAUSTED
    └── Unavailable         503  UNAVAILABLE

`code` is stable snake_case that programs may compare, `detail` says what happened, `hint` says how to
repair it, and every wrong field has a JSON pointer. Nothing here knows HTTP or gRPC beyond the two numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One wrong field: `pointer` is a JSON pointer (RFC 6901) into what the caller sent."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class Problem(Exception):
    """What the caller is told; an unexpected failure is told as code `internal` and nothing else."""

    title: ClassVar[str] = "Something went wrong on our side"
    http_status: ClassVar[int] = 500
    grpc_status: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        hint: str = "",
        violations: Iterable[Violation] = (),
        retry_after: int | None = None,
    ) -> None:
        """retry_after: seconds after which asking again is right; None: nothing is known of that."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.hint = hint
        self.violations = tuple(violations)
        self.retry_after = retry_after


class Invalid(Problem):
    title = "The request is not valid"
    http_status = 422
    grpc_status = "INVALID_ARGUMENT"


class Unauthenticated(Problem):
    title = "Who is asking is not known"
    http_status = 401
    grpc_status = "UNAUTHENTICATED"


class Forbidden(Problem):
    title = "The role does not allow this"
    http_status = 403
    grpc_status = "PERMISSION_DENIED"


class NotFound(Problem):
    title = "There is no such thing"
    http_status = 404
    grpc_status = "NOT_FOUND"


class Conflict(Problem):
    title = "Something else already holds this"
    http_status = 409
    grpc_status = "ALREADY_EXISTS"


class QuotaReached(Problem):
    title = "You have as many of these as you may have"
    http_status = 409
    grpc_status = "RESOURCE_EXHAUSTED"


class InUse(Problem):
    title = "Something else still names this"
    http_status = 409
    grpc_status = "FAILED_PRECONDITION"


class UnderWay(Problem):
    title = "The same request is being answered right now"
    http_status = 409
    grpc_status = "ABORTED"


class PreconditionFailed(Problem):
    title = "It is not in the state that the request expects"
    http_status = 412
    grpc_status = "FAILED_PRECONDITION"


class VersionMismatch(Problem):
    title = "It was changed meanwhile"
    http_status = 412
    grpc_status = "ABORTED"


class PreconditionRequired(Problem):
    title = "The request must say which version it is meant for"
    http_status = 428
    grpc_status = "FAILED_PRECONDITION"


class TooMany(Problem):
    title = "Too many requests"
    http_status = 429
    grpc_status = "RESOURCE_EXHAUSTED"


class Unavailable(Problem):
    """A dependency does not answer; asking again after `retry_after` seconds is right."""

    title = "Not available right now"
    http_status = 503
    grpc_status = "UNAVAILABLE"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        hint: str = "",
        violations: Iterable[Violation] = (),
        retry_after: int = 1,
    ) -> None:
        super().__init__(code, detail, hint=hint, violations=violations, retry_after=retry_after)
