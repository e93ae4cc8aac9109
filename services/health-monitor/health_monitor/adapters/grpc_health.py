"""keepline.health.v1.TrunkHealth over the board."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from health_monitor.adapters.messages import status_message
from health_monitor.adapters.status_shape import STATUSES
from health_monitor.app.board import Board
from health_monitor.app.statuses import Statuses
from health_monitor.app.watchers import Watchers
from health_monitor.domain.trunk import Trunk
from keepline.health.v1 import trunk_health_pb2 as pb
from keepline.health.v1 import trunk_health_pb2_grpc
from servicekit.api import messages
from servicekit.auth import reading_tenant

SERVICE = "keepline.health.v1.TrunkHealth"
HEARTBEAT = 15.0

_Context = grpc.aio.ServicerContext[Any, Any]


class TrunkHealth(trunk_health_pb2_grpc.TrunkHealthServicer):
    def __init__(self, statuses: Statuses[Trunk], board: Board[Trunk], watchers: Watchers) -> None:
        self._statuses = statuses
        self._board = board
        self._watchers = watchers

    async def GetStatus(self, request: pb.GetStatusRequest, context: _Context) -> pb.GetStatusResponse:
        tenant_id = reading_tenant("health")
        fields = messages.fields_asked(request, STATUSES.fields)
        status = self._statuses.get(tenant_id, request.trunk_id)
        return pb.GetStatusResponse(status=messages.selected(status_message(status), fields))

    async def ListStatuses(
        self, request: pb.ListStatusesRequest, context: _Context
    ) -> pb.ListStatusesResponse:
        tenant_id = reading_tenant("health")
        asked = messages.list_asked(request, STATUSES)
        page = self._statuses.list(tenant_id, asked)
        found = [messages.selected(status_message(status), asked.fields) for status in page.items]
        return pb.ListStatusesResponse(statuses=found, next_page_token=page.next_page_token)

    async def Watch(self, request: pb.WatchRequest, context: _Context) -> AsyncIterator[pb.WatchResponse]:
        tenant = reading_tenant("health")
        for trunk_id in request.trunk_ids:
            self._statuses.get(tenant, trunk_id)  # raises NotFound
        watcher = self._watchers.watch(tenant, request.trunk_ids)
        try:
            now = [s for s in self._board.of_tenant(tenant) if watcher.wants(tenant, s.id)]
            yield pb.WatchResponse(snapshot=pb.Snapshot(statuses=[status_message(s) for s in now]))
            while True:
                news = await watcher.news(HEARTBEAT)
                if not news:
                    yield pb.WatchResponse(heartbeat=pb.Heartbeat())
                for trunk_id, status in news.items():
                    if status is None:
                        yield pb.WatchResponse(removed_trunk_id=trunk_id)
                    else:
                        yield pb.WatchResponse(changed=status_message(status))
        finally:
            self._watchers.leave(watcher)
