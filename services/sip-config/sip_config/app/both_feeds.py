"""Tells both feeds, until no agent reads records any more."""

from sip_config.app.edge_feed import EdgeFeed
from sip_config.app.node_feed import NodeFeed, Place
from sip_config.domain import edge_tables
from sip_config.domain.grammar import RecordInvalid
from sip_config.domain.node_tables import HeldNumber
from sip_config.domain.trunk import Trunk


class BothFeeds:
    def __init__(self, feed: NodeFeed, records: EdgeFeed) -> None:
        self.feed = feed
        self.records = records

    def trunk_written(self, trunk: Trunk, place: Place | None = None) -> None:
        self.feed.trunk_written(trunk, place)
        self.records.trunk_written(trunk)

    def trunk_deleted(self, trunk_id: str) -> None:
        self.feed.trunk_deleted(trunk_id)
        self.records.trunk_deleted(trunk_id)

    def number_written(self, number: HeldNumber) -> None:
        self.feed.number_written(number)
        try:
            self.records.number_written(
                edge_tables.HeldNumber(
                    number.id, number.tenant_id, number.version, number.e164, number.trunk_id
                )
            )
        except RecordInvalid:
            self.records.number_deleted(number.id)

    def number_deleted(self, number_id: str) -> None:
        self.feed.number_deleted(number_id)
        self.records.number_deleted(number_id)

    def complete(self, part: str) -> None:
        self.feed.complete(part)
        self.records.complete(part)

    def is_full(self) -> bool:
        return self.feed.is_full()
