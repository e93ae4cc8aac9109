"""Names in a record of what is not there any more: told when the record is read, stored nowhere."""

from pydantic import BaseModel, Field


class DanglingBody(BaseModel):
    pointer: str = Field(description="JSON pointer (RFC 6901) of the field that names it")
    code: str
    detail: str
    hint: str
