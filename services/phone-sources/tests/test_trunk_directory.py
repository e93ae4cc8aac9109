"""Whether the edges have room for a number, as sip-config says; where nobody can say, nothing is refused."""

from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1.trunk_pb2 import Trunk, TrunkState
from phone_sources.adapters.trunk_directory import TrunkDirectory
from servicekit.errors import Forbidden


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


def told(trunk_id: str, version: int = 1) -> bytes:
    return TrunkState(
        trunk=Trunk(id=trunk_id, tenant_id="t_a", version=version, country="DE")
    ).SerializeToString()


async def test_a_trunk_is_gone_only_when_all_were_read_and_it_is_not_among_them() -> None:
    sip_config: Any = SipConfig([])
    directory = TrunkDirectory(sip_config)
    assert not directory.is_gone("t_a", "trk_1")
    directory.heard("trk_1", told("trk_1"))
    directory.caught_up()
    assert not directory.is_gone("t_a", "trk_1")
    assert directory.is_gone("t_b", "trk_1")
    directory.heard("trk_1", None)
    assert directory.is_gone("t_a", "trk_1")


async def test_a_key_that_may_not_read_trunks_is_told_so() -> None:
    class Refusing:
        async def GetTrunk(self, request: pb.GetTrunkRequest, **_: float) -> pb.GetTrunkResponse:
            denied = grpc.StatusCode.PERMISSION_DENIED
            raise grpc.aio.AioRpcError(denied, grpc.aio.Metadata(), grpc.aio.Metadata())

    sip_config: Any = Refusing()
    with pytest.raises(Forbidden):
        await TrunkDirectory(sip_config).find("t_a", "trk_1")


@pytest.mark.parametrize("trunk_id", ["", "t" * 65, "t" * 100_000, "trk 1", "trk_1\n"])
async def test_what_is_no_id_is_not_asked_about(trunk_id: str) -> None:
    sip_config: Any = SipConfig([])
    assert await TrunkDirectory(sip_config).find("t_a", trunk_id) is None
    assert sip_config.asked == []
