"""The rule over gRPC: messages as the same documents that REST reads, and the same questions."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias, TypeVar

import grpc
from google.protobuf.descriptor import FieldDescriptor as Described
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.api import lists
from servicekit.api.idempotency import Answer, IdempotencyKeys, Request
from servicekit.api.lists import ListAsked, ListRule
from servicekit.errors import Invalid, Violation
from servicekit.timestamps import moment, rfc3339

# the fast implementation has classes of its own, which the stubs tell apart
Field: TypeAlias = Any
M = TypeVar("M", bound=Message)
_Context = grpc.aio.ServicerContext[Any, Any]


def document(message: Message, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """As JSON has it, without the fields that are not set. An enum is the end of its name in lower case
    (TRANSPORT_UDP is "udp"), a time is RFC 3339."""
    return {
        field.name: _plain(field, value)
        for field, value in message.ListFields()
        if field.name not in without and not _is_unspecified(field, value)
    }


def patch(message: Message, mask: FieldMask) -> dict[str, Any]:
    """The merge patch that an update asks for. A field of the mask that is not set is reset; without a mask
    the fields that are set are meant. Raises Invalid for a path that the message does not have."""
    whole = document(message)
    if not mask.paths:
        return whole
    _check_paths(message, mask)
    asked: dict[str, Any] = {}
    for path in mask.paths:
        _put(asked, path.split("."), message)
    return asked


def list_asked(request: Message, rule: ListRule) -> ListAsked:
    """Of a list request, whose fields are named as the parameters of REST. Raises Invalid."""
    sent = {}
    for field, value in request.ListFields():
        if isinstance(value, FieldMask):
            sent[field.name] = [",".join(value.paths)]
        elif _repeats(field):
            sent[field.name] = [_text(_plain_one(field, one)) for one in value]
        else:
            sent[field.name] = [_text(_plain(field, value))]
    return rule.read(sent)


def fields_asked(request: Any, known: Collection[str]) -> tuple[str, ...] | None:
    """Of the field mask `fields` of a request for one object. Raises Invalid."""
    faults: list[Violation] = []
    chosen = lists.selected(",".join(request.fields.paths), known, faults)
    if faults:
        raise lists.refused(faults)
    return chosen


def selected(message: M, fields: Sequence[str] | None) -> M:
    """The message with these fields only; None: with all."""
    if fields is None:
        return message
    chosen = type(message)()
    mask = FieldMask(paths=[name for name in fields if name in message.DESCRIPTOR.fields_by_name])
    if mask.paths:
        mask.MergeMessage(message, chosen)
    return chosen


def without(message: M, fields: Sequence[str]) -> M:
    for name in fields:
        message.ClearField(name)
    return message


async def once(
    keys: IdempotencyKeys,
    context: _Context,
    request: Message,
    make: Callable[[str], Awaitable[M]],
    *,
    tenant_id: str,
    prefix: str,
    answer: type[M],
) -> M:
    """Answers a create. prefix: of the new id; answer: the message's type."""
    metadata = context.invocation_metadata() or ()
    sent = [value for name, value in metadata if name == "idempotency-key" and isinstance(value, str)]
    what = request.DESCRIPTOR.full_name.encode() + b"\n" + request.SerializeToString(deterministic=True)

    async def made(object_id: str) -> Answer:
        return Answer(0, (await make(object_id)).SerializeToString())

    found = await keys.once(Request(tenant_id, ", ".join(sent), what), prefix, made)
    if found.replayed:
        context.set_trailing_metadata(
            (*(context.trailing_metadata() or ()), ("idempotency-replayed", "true"))
        )
    return answer.FromString(found.body)


def _check_paths(message: Message, mask: FieldMask) -> None:
    for path in mask.paths:
        if not _has(message, path.split(".")):
            known = ", ".join(field.name for field in message.DESCRIPTOR.fields)
            detail, hint = f"there is no field {path[:80]!r}", f"known are {known}"
            where = Violation("/update_mask", "update_mask_invalid", detail, hint)
            raise Invalid("update_mask_invalid", "the update mask is wrong", hint=hint, violations=[where])


def _has(message: Message, parts: Sequence[str]) -> bool:
    descriptor = message.DESCRIPTOR
    for place, part in enumerate(parts):
        field = descriptor.fields_by_name.get(part)
        if field is None:
            return False
        rest = place + 1 < len(parts)
        if rest and (field.message_type is None or _repeats(field)):
            return False
        if rest and field.message_type is not None:
            descriptor = field.message_type
    return True


def _put(asked: dict[str, Any], parts: Sequence[str], message: Message) -> None:
    field = message.DESCRIPTOR.fields_by_name[parts[0]]
    if len(parts) > 1:
        inner = asked.setdefault(parts[0], {})
        if isinstance(inner, dict):
            _put(inner, parts[1:], getattr(message, parts[0]))
        return
    value = getattr(message, field.name)
    if field.has_presence or _repeats(field):
        present = message.HasField(field.name) if field.has_presence else bool(value)
    else:
        # false is a value of a field that cannot be unset, an empty text is none
        present = bool(value) or field.type == Described.TYPE_BOOL
    asked[field.name] = _plain(field, value) if present and not _is_unspecified(field, value) else None


def _plain(field: Field, value: Any) -> Any:
    return [_plain_one(field, one) for one in value] if _repeats(field) else _plain_one(field, value)


def _plain_one(field: Field, value: Any) -> Any:
    if isinstance(value, Timestamp):
        return _written(value)
    if isinstance(value, Message):
        return document(value)
    if field.enum_type is not None:
        named = field.enum_type.values_by_number.get(value)
        return named.name.removeprefix(_prefix(field)).lower() if named else str(value)
    return value


def _is_unspecified(field: Field, value: Any) -> bool:
    return field.enum_type is not None and not _repeats(field) and value == 0


def _prefix(field: Field) -> str:
    """TRANSPORT_ of the enum Transport: what all its names begin with (buf's ENUM_VALUE_PREFIX)."""
    kind = field.enum_type
    assert kind is not None
    first: str = kind.values_by_number[0].name
    return first.removesuffix("UNSPECIFIED")


def _repeats(field: Field) -> bool:
    return bool(field.is_repeated)


def _written(value: Timestamp) -> str:
    try:
        return rfc3339(moment(value))
    except ValueError:
        return "no time"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
