"""What was taken as it was sent and should be looked at: told when the record is read, stored nowhere."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from servicekit.refusals import WrongField


class WarningBody(BaseModel):
    pointer: str = Field(description="JSON pointer (RFC 6901) of the field that it is about")
    code: str
    detail: str
    hint: str


def warnings_document(faults: Iterable[WrongField]) -> list[dict[str, str]]:
    """WarningBody for each."""
    return [{"pointer": f.pointer, "code": f.code, "detail": f.detail, "hint": f.hint} for f in faults]
