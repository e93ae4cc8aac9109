"""What was taken as it was sent and should be looked at: told when the record is read, stored nowhere."""

from pydantic import BaseModel, Field


class WarningBody(BaseModel):
    pointer: str = Field(description="JSON pointer (RFC 6901) of the field that it is about")
    code: str
    detail: str
    hint: str
