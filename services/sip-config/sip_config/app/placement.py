"""Where a trunk is in force, the same wherever it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports
from sip_config.domain.node_report import NodeReport
from sip_config.domain.resources import trunk_name
from sip_config.domain.trunk import Trunk


@dataclass(frozen=True, slots=True)
class Applied:
    """trunk_version: the one that the node runs, 0 for none or when it is not known.

    set_aside: what the node passed over of this trunk and its numbers, names with reasons."""

    report: NodeReport
    in_force: bool
    trunk_version: int
    set_aside: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """set_aside: what reaches no node at all, names or ids with reasons.

    numbers_left: how many more the smallest node holds, of all tenants; None when that is not known."""

    applied: list[Applied]
    number_count: int
    set_aside: Mapping[str, str]
    numbers_left: int | None


@dataclass(frozen=True, slots=True)
class Placement:
    feed: NodeFeed
    reports: NodeReports

    async def of(self, trunk: Trunk) -> Place:
        applied = [self._applied(trunk, report) for report in await self.reports.all()]
        feed = self.feed
        return Place(applied, feed.number_count(trunk.id), feed.aside_of(trunk.id), feed.numbers_left())

    def _applied(self, trunk: Trunk, report: NodeReport) -> Applied:
        name = trunk_name(trunk.domain)
        aside = {
            one: reason
            for one, reason in report.set_aside.items()
            if one == name or self.feed.tables.known.trunk_of(one) == trunk.id
        }
        held = report.held
        running = self.feed.trunk_version_at(trunk.id, held.version, held.revision) if held.version else 0
        return Applied(report, running == trunk.version and name not in aside, running, aside)
