"""What a call of gRPC failed with, as the error that REST has for it.

ErrorInfo holds code and hint, BadRequest the fields, RetryInfo the pause, RequestInfo the id
(google/rpc/error_details.proto).
"""

from collections.abc import Iterable

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from keepline_client.errors import DeadlineExceeded, FieldError, KeeplineError, Unreachable, kind_of

Metadata = Iterable[tuple[str, str | bytes]]
_DETAILS = "grpc-status-details-bin"
_CODE = grpc.StatusCode
_STATUS = {
    _CODE.INVALID_ARGUMENT: 422,
    _CODE.OUT_OF_RANGE: 422,
    _CODE.UNAUTHENTICATED: 401,
    _CODE.PERMISSION_DENIED: 403,
    _CODE.NOT_FOUND: 404,
    _CODE.ALREADY_EXISTS: 409,
    _CODE.FAILED_PRECONDITION: 409,
    _CODE.ABORTED: 409,
    _CODE.RESOURCE_EXHAUSTED: 429,
    _CODE.UNAVAILABLE: 503,
}
# where gRPC's status says less than the code, or something else
_BY_REASON = {
    "address_too_long": 414,
    "body_incomplete": 408,
    "body_too_large": 413,
    "headers_too_large": 431,
    "method_not_allowed": 405,
    "path_not_found": 404,
    "precondition_required": 428,
    "version_mismatch": 412,
}


def failure_of(code: grpc.StatusCode, details: str | None, trailing: Metadata | None) -> KeeplineError:
    said = details or code.name
    info, wrong, retry, asked = ErrorInfo(), BadRequest(), RetryInfo(), RequestInfo()
    try:
        for detail in Status.FromString(_bytes_of(trailing)).details:
            for message in (info, wrong, retry, asked):
                detail.Unpack(message)
    except DecodeError:  # something between us and Keepline wrote it
        info.Clear()
    if not info.reason:
        return _without_reason(code, said)
    http_status = _status_of(info.reason, code)
    pause = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return kind_of(http_status)(
        info.reason,
        said.removesuffix(f" ({info.reason})"),
        status=http_status,
        hint=info.metadata.get("hint", ""),
        errors=[
            FieldError(v.field, v.reason, v.description, v.localized_message.message)
            for v in wrong.field_violations
        ],
        request_id=asked.request_id or _text_of("x-request-id", trailing),
        retry_after_seconds=max(0.0, pause) if retry.HasField("retry_delay") else None,
    )


def _status_of(reason: str, code: grpc.StatusCode) -> int:
    """As REST has it."""
    if reason.startswith("quota_"):  # waiting makes no room
        return 409
    return _BY_REASON.get(reason, _STATUS.get(code, 500))


def _without_reason(code: grpc.StatusCode, said: str) -> KeeplineError:
    """Said by gRPC itself, at either end or on the way."""
    name = code.name.lower()
    if code is _CODE.DEADLINE_EXCEEDED:
        return DeadlineExceeded(name, said)
    if code in (_CODE.UNAVAILABLE, _CODE.CANCELLED):
        return Unreachable("unreachable", said)
    if code is _CODE.RESOURCE_EXHAUSTED:  # a message that is too long is not mended by waiting
        return KeeplineError(name, said)
    status = _STATUS.get(code, 500)
    return kind_of(status)(name, said, status=status)


def _bytes_of(trailing: Metadata | None) -> bytes:
    for name, value in trailing or ():
        if name == _DETAILS and isinstance(value, bytes):
            return value
    return b""


def _text_of(key: str, trailing: Metadata | None) -> str:
    return next((str(value) for name, value in trailing or () if name == key), "")
