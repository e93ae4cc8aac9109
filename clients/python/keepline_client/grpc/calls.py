"""What is the same for calls that wait and calls that await."""

from typing import Any, Final
from uuid import uuid4

from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from keepline_client.errors import KeeplineError
from keepline_client.retrying import gone

DEADLINE_SECONDS: Final = 10.0
LEAST_SECONDS: Final = 0.001
CHANNEL_OPTIONS: Final = (
    ("grpc.primary_user_agent", "keepline-client"),
    ("grpc.enable_retries", 0),  # retrying.py does it, and knows what may be repeated
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
)
_KEY = "idempotency-key"
_READS = ("Get", "List", "Simulate", "Route", "Judge")
_KEYED = ("Create", "BulkCreate", "Take")
"""What takes an idempotency key, and may be repeated under it."""
_VERSIONED = ("Update", "Delete")


def name_of(method: str | bytes) -> str:
    """CreateTrunk of /keepline.sip.v1.SipTrunkService/CreateTrunk."""
    return _path(method).rsplit("/", 1)[-1]


def repeatable(method: str | bytes, request: Any) -> bool:
    name = name_of(method)
    if name.startswith(_VERSIONED):
        return name.startswith("Delete") or not getattr(request, "any_version", True)
    return name.startswith((*_READS, *_KEYED))


def metadata(method: str | bytes, given: Any) -> list[tuple[str, str | bytes]]:
    """For all tries of a call: a create gets a key, where the caller has none of his own."""
    made = list(given or ())
    if name_of(method).startswith(_KEYED) and not any(name == _KEY for name, _ in made):
        made.append((_KEY, str(uuid4())))
    return made


def deleted_before(method: str | bytes, failure: KeeplineError) -> bool:
    """Of a try after one whose answer was lost: whether that one did it."""
    return name_of(method).startswith("Delete") and gone(failure)


def empty_answer(method: str | bytes) -> Message:
    service, _, name = _path(method).lstrip("/").partition("/")
    answer = Default().FindServiceByName(service).methods_by_name[name].output_type
    return GetMessageClass(answer)()


def _path(method: str | bytes) -> str:
    return method.decode() if isinstance(method, bytes) else method
