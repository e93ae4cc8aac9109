"""What nginx says itself, in the words of the services: a problem (RFC 9457), and a status of gRPC.

nginx fills in what starts with $.
"""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote

import grpc

from servicekit.errors import Forbidden, Problem, TooMany, Unavailable
from servicekit.grpc.status import to_status
from servicekit.http.problems import BodyLate, MalformedHttp, MethodNotAllowed, NoSuchPath, TooLarge

GRPC_CODES = {one.name: int(one.value[0]) for one in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Said:
    """statuses: nginx's own, which are not always sent (494 to 499 are its inner ones)."""

    statuses: tuple[int, ...]
    problem: Problem
    retry_after: int = 0
    """Seconds; 0: asking again is no use."""

    def document(self, problems: str) -> str:
        """problems: where the codes are explained."""
        told = self.problem
        return json.dumps(
            {
                "type": problems + told.code,
                "title": told.title,
                "status": told.http_status,
                "detail": told.detail,
                "code": told.code,
                "hint": told.hint,
                "request_id": "$door_request_id",
                "trace_id": "$door_trace_id",
                "errors": [],
            }
        )

    @property
    def grpc_status(self) -> int:
        return GRPC_CODES[self.problem.grpc_status]

    @property
    def grpc_message(self) -> str:
        """Percent-encoded, as gRPC over HTTP/2 wants it."""
        return quote(to_status(self.problem).message, safe=" ()/,;:'")

    @property
    def grpc_details(self) -> str:
        """grpc-status-details-bin: google.rpc.Status in base64, without padding."""
        return base64.b64encode(to_status(self.problem).SerializeToString()).decode().rstrip("=")


class Unreadable(MalformedHttp):
    grpc_status = "INVALID_ARGUMENT"


class HeadersTooLarge(TooLarge):
    title = "The head of the request is too large"
    http_status = 431
    grpc_status = "RESOURCE_EXHAUSTED"


class AddressTooLong(TooLarge):
    title = "The address of the request is too long"
    http_status = 414
    grpc_status = "RESOURCE_EXHAUSTED"


class BodyTooLarge(TooLarge):
    grpc_status = "RESOURCE_EXHAUSTED"


class NotServed(NoSuchPath):
    grpc_status = "UNIMPLEMENTED"


class Late(Unavailable):
    title = "The service did not answer in time"
    http_status = 504


_READABLE = "send HTTP/1.1 or HTTP/2"
SAID = (
    Said(
        (400, 421, 501, 505),
        Unreadable("http_malformed", "this is no request that can be read", hint=_READABLE),
    ),
    Said(
        (495, 496),
        Forbidden("certificate_refused", "a certificate that is known here must be shown", hint="show yours"),
    ),
    Said((497,), Unreadable("tls_required", "this port speaks TLS only", hint="use https")),
    Said((403, 404), NotServed("path_not_found", "there is nothing at this path", hint="see /docs")),
    Said((405,), MethodNotAllowed("method_not_allowed", "this method is not known here", hint="use GET")),
    Said((408,), BodyLate("body_incomplete", "the body did not come in time", hint="send it again")),
    Said(
        (413,),
        BodyTooLarge("body_too_large", "the body is larger than is taken here", hint="send less at once"),
    ),
    Said((414,), AddressTooLong("address_too_long", "the address is too long", hint="ask for less at once")),
    Said((431, 494), HeadersTooLarge("headers_too_large", "the headers are too large", hint="send fewer")),
    Said(
        (429,),
        TooMany("requests_too_many", "too many requests come from this address", hint="ask less often"),
        retry_after=1,
    ),
    Said((500,), Problem("internal", "something went wrong on our side", hint="try again")),
    Said(
        (502, 503),
        Unavailable("service_unavailable", "the service does not answer", hint="try again"),
        retry_after=1,
    ),
    Said((504,), Late("service_late", "the service did not answer in time", hint="try again"), retry_after=1),
)
