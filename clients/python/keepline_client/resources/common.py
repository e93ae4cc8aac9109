"""What resources share."""

from datetime import datetime
from typing import TypedDict

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """What an answer holds. A field that we do not know yet is passed over; what is absent is None."""

    # an answer may hold a secret or a telephone number, which an error would repeat
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Versioned(Told):
    id: str
    version: int
    created_at: datetime
    updated_at: datetime


class Dangling(Told):
    """A name in an object of something that is not there any more."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class Warned(Told):
    """What was taken as it was sent and should be looked at."""

    pointer: str
    code: str
    detail: str
    hint: str = ""


class SetAside(Told):
    """What a node passed over, by name, and why."""

    name: str
    reason: str


class ListQuery(TypedDict, total=False):
    """Of every list."""

    page_size: int
    order_by: str


class ChangedQuery(ListQuery, total=False):
    created_at_after: datetime
    created_at_before: datetime
    updated_at_after: datetime
    updated_at_before: datetime
    q: str
