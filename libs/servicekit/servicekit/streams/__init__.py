"""What happens, as a stream that any replica can go on with: the newest of a topic, and cursors into it."""

from servicekit.streams.cursor import Cursor
from servicekit.streams.feed import Feed, Lost, Reader
from servicekit.streams.ring import Entry, Ring
from servicekit.streams.telling import Document, Event, Story, Teller, Told, Wants

__all__ = [
    "Cursor",
    "Document",
    "Entry",
    "Event",
    "Feed",
    "Lost",
    "Reader",
    "Ring",
    "Story",
    "Teller",
    "Told",
    "Wants",
]
