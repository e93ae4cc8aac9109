"""Whether the edges have room for a number, as sip-config says; where nobody can say, nothing is refused."""

from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from keepline.sip.v1 import trunk_service_pb2 as pb
from phone_sources.adapters.trunk_directory import TrunkDirectory


@dataclass
class SipConfig:
    answers: list[int | None]
    asked: list[str] = field(default_factory=list)

    async def GetTrunk(self, request: pb.GetTrunkRequest, **_: float) -> pb.GetTrunkResponse:
        self.asked.append(request.id)
        left = self.answers.pop(0)
        if left is None:
            raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata())
        return pb.GetTrunkResponse() if left < 0 else pb.GetTrunkResponse(numbers_left=left)


NOT_KNOWN = -1


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ([3, 2, 0, 7], [3, 2, 0, 7]),  # few: it is asked each time
        ([5000], [5000, None, None]),
        ([None], [None, None]),
        ([NOT_KNOWN], [None, None]),
    ],
)
async def test_it_is_asked_for_each_number_only_when_there_is_little_room(
    answers: list[int | None], left: list[int | None]
) -> None:
    sip_config: Any = SipConfig(list(answers))
    directory = TrunkDirectory(sip_config)
    assert [await directory.numbers_left("trk_1") for _ in left] == left
    assert sip_config.asked == ["trk_1"] * len(answers)
