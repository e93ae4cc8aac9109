"""What an event stream may be asked: filters as a list's, and where it is to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field
from starlette.requests import Request

from servicekit.api.lists import Kind, Value, filter_values, refused, unknown_parameters
from servicekit.api.rest import parameters
from servicekit.errors import Violation
from servicekit.streams import Cursor, Story
from servicekit.streams.answer import EventStream

T = TypeVar("T")
_HEADER, _PARAMETER = "last-event-id", "last_event_id"


class Heartbeat(BaseModel):
    """Every 15 s in which nothing else is told, and first when the stream goes on exactly."""

    as_of: datetime = Field(description="until when everything that happened was told")


class Ended(BaseModel):
    """Why the stream ends: a code as of a refusal. Connect again with the last id."""

    code: str
    detail: str
    hint: str


@dataclass(frozen=True, slots=True)
class StreamRule:
    """filters: by fields of the object; snapshot, events: the data of each event by its name."""

    filters: Mapping[str, Kind]
    snapshot: type[BaseModel]
    events: Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class StreamAsked:
    filters: Mapping[str, tuple[Value, ...]]
    cursor: Cursor | None

    def wants(self, shown: Mapping[str, Any]) -> bool:
        """By an object as it is shown."""
        return all(shown.get(name) in values for name, values in self.filters.items())


def stream_asked(request: Request, rule: StreamRule, feed: str) -> StreamAsked:
    """feed: the name in its cursors. Raises Invalid with all that is wrong."""
    sent = parameters(request)
    faults = list(unknown_parameters(sent, [_PARAMETER, *rule.filters]))
    filters = {
        name: filter_values(name, kind, sent[name], faults)
        for name, kind in rule.filters.items()
        if sent.get(name)
    }
    given = request.headers.get(_HEADER) or next(iter(sent.get(_PARAMETER, ())), "")
    cursor = Cursor.read(feed, given) if given else None
    if given and cursor is None:
        where = "Last-Event-ID" if request.headers.get(_HEADER) else _PARAMETER
        faults.append(
            Violation(f"/{where}", "last_event_id_invalid", "this stream gave no such id", "leave it out")
        )
    if faults:
        raise refused(faults)
    return StreamAsked(filters, cursor)


def streamed(story: Story[T], tenant_id: str, asked: StreamAsked) -> EventStream:
    return EventStream(lambda: story.events(tenant_id, asked.wants, asked.cursor))
