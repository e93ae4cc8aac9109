"""Problems as google.rpc details and back: the same codes, fields and hints that REST tells.

ErrorInfo(reason=code, domain, metadata: hint) and RequestInfo are always there; BadRequest names the fields,
each with its code as the reason and its hint as the localized message; RetryInfo says when to ask again.
A status travels in the metadata, of which clients take 8 KiB: fields beyond 4 KiB are left out and counted.
"""

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.descriptor import Descriptor
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from servicekit import errors
from servicekit.errors import Problem, Unavailable, Violation
from servicekit.grpc.fields import path_of, pointer_of

DOMAIN = "keepline.dev"
MAX_FIELD_BYTES = 4096
_HINT, _LEFT_OUT, _LANGUAGE = "hint", "fields_left_out", "en"


def to_status(problem: Problem, request_id: str = "", request: Descriptor | None = None) -> Status:
    """request: of the message in which the wrong fields are."""
    status = Status(code=Code.Value(problem.grpc_status), message=f"{problem.detail} ({problem.code})")
    info = ErrorInfo(reason=problem.code, domain=DOMAIN)
    if problem.hint:
        info.metadata[_HINT] = problem.hint
    fields = _fields(problem, request)
    if len(fields) < len(problem.violations):
        info.metadata[_LEFT_OUT] = str(len(problem.violations) - len(fields))
    _add(status, info)
    if fields:
        _add(status, BadRequest(field_violations=fields))
    if problem.retry_after is not None:
        _add(status, RetryInfo(retry_delay=Duration(seconds=problem.retry_after)))
    if request_id:
        _add(status, RequestInfo(request_id=request_id))
    return status


def problem_of(error: grpc.RpcError) -> Problem:
    """What a server of ours told, as the problem it was there; anything else by its status code."""
    name = error.code().name
    kind = _KINDS.get(name, Problem)
    status = rpc_status.from_call(error)
    code, hint, retry_after, violations = name.lower(), "", None, []
    for detail in status.details if status is not None else ():
        info, request, retry = ErrorInfo(), BadRequest(), RetryInfo()
        if detail.Unpack(info):
            code, hint = info.reason, info.metadata.get(_HINT, "")
        elif detail.Unpack(request):
            violations = [_violation(field) for field in request.field_violations]
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.seconds
    if kind is Problem and name in ("DEADLINE_EXCEEDED", "CANCELLED"):
        return Unavailable(code, error.details() or name, hint=hint)
    message = (error.details() or name).removesuffix(f" ({code})")
    problem = kind(code, message, hint=hint, violations=violations)
    problem.retry_after = retry_after
    return problem


def _add(status: Status, detail: BadRequest | ErrorInfo | RequestInfo | RetryInfo) -> None:
    packed = Any()
    packed.Pack(detail)
    status.details.append(packed)


def _fields(problem: Problem, request: Descriptor | None) -> list[BadRequest.FieldViolation]:
    fields, room = [], MAX_FIELD_BYTES
    for violation in problem.violations:
        field = _field(violation, request)
        room -= field.ByteSize()
        if room < 0:
            break
        fields.append(field)
    return fields


def _field(violation: Violation, request: Descriptor | None) -> BadRequest.FieldViolation:
    field = BadRequest.FieldViolation(
        field=path_of(violation.pointer, request), description=violation.detail, reason=violation.code
    )
    if violation.hint:
        field.localized_message.CopyFrom(LocalizedMessage(locale=_LANGUAGE, message=violation.hint))
    return field


def _violation(field: BadRequest.FieldViolation) -> Violation:
    return Violation(
        pointer_of(field.field), field.reason, field.description, field.localized_message.message
    )


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
