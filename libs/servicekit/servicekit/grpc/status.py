"""Problems as google.rpc details and back: the same code, pointers and hints that REST tells.

ErrorInfo(reason=code, domain) is always there, with the hint in its metadata; BadRequest names the
fields; RetryInfo says when to ask again.
"""

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from servicekit import errors
from servicekit.errors import Problem, Unavailable, Violation

DOMAIN = "keepline.dev"
_HINT = "hint"


def to_status(problem: Problem) -> Status:
    status = Status(code=Code.Value(problem.grpc_status), message=f"{problem.detail} ({problem.code})")
    info = ErrorInfo(reason=problem.code, domain=DOMAIN)
    if problem.hint:
        info.metadata[_HINT] = problem.hint
    _add(status, info)
    if problem.violations:
        _add(status, BadRequest(field_violations=[_field(v) for v in problem.violations]))
    if problem.retry_after is not None:
        _add(status, RetryInfo(retry_delay=Duration(seconds=problem.retry_after)))
    return status


def problem_of(error: grpc.RpcError) -> Problem:
    """What a server of ours told, as the problem it was there; anything else by its status code."""
    name = error.code().name
    kind = _KINDS.get(name, Problem)
    status = rpc_status.from_call(error)
    code, hint, violations = name.lower(), "", []
    for detail in status.details if status is not None else ():
        info, request = ErrorInfo(), BadRequest()
        if detail.Unpack(info):
            code, hint = info.reason, info.metadata.get(_HINT, "")
        elif detail.Unpack(request):
            violations = [_violation(field) for field in request.field_violations]
    if kind is Problem and name in ("DEADLINE_EXCEEDED", "CANCELLED"):
        return Unavailable(code, error.details() or name, hint=hint)
    message = (error.details() or name).removesuffix(f" ({code})")
    return kind(code, message, hint=hint, violations=violations)


def _add(status: Status, detail: BadRequest | ErrorInfo | RetryInfo) -> None:
    packed = Any()
    packed.Pack(detail)
    status.details.append(packed)


def _field(violation: Violation) -> BadRequest.FieldViolation:
    description = f"{violation.detail}; {violation.hint}" if violation.hint else violation.detail
    return BadRequest.FieldViolation(
        field=violation.pointer, description=description, reason=violation.code.upper()
    )


def _violation(field: BadRequest.FieldViolation) -> Violation:
    detail, _, hint = field.description.partition("; ")
    return Violation(field.field, field.reason.lower(), detail, hint)


_KINDS: dict[str, type[Problem]] = {
    kind.grpc_status: kind
    for kind in (
        errors.Invalid,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.Conflict,
        errors.PreconditionFailed,
        errors.VersionMismatch,
        errors.TooMany,
        errors.Unavailable,
    )
}
