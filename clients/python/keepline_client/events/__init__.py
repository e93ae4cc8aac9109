"""Events from Kafka: `pip install keepline-client[events]`.

`Reader` hands over each event once and commits what was handled; `Follower` keeps the newest state of each
key.
"""

from keepline_client.events.following import Change, Follower
from keepline_client.events.once import Once
from keepline_client.events.reading import Event, Reader
from keepline_client.events.topics import (
    AGENT_STATUS,
    AGENTS_AND_PLANS,
    AUDIT,
    CALLS,
    NUMBERS,
    REJECTIONS,
    TRUNK_STATUS,
    TRUNKS,
    Topic,
)

__all__ = [
    "AGENTS_AND_PLANS",
    "AGENT_STATUS",
    "AUDIT",
    "CALLS",
    "NUMBERS",
    "REJECTIONS",
    "TRUNKS",
    "TRUNK_STATUS",
    "Change",
    "Event",
    "Follower",
    "Once",
    "Reader",
    "Topic",
]
