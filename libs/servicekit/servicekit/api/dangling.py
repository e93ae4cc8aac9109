"""Names in a record of what is not there any more: told when the record is read, stored nowhere."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from servicekit.refusals import WrongField


class DanglingBody(BaseModel):
    pointer: str = Field(description="JSON pointer (RFC 6901) of the field that names it")
    code: str
    detail: str
    hint: str


def dangling_document(faults: Iterable[WrongField]) -> list[dict[str, str]]:
    """DanglingBody for each."""
    return [{"pointer": f.pointer, "code": f.code, "detail": f.detail, "hint": f.hint} for f in faults]
