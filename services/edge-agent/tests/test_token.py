"""A token's file that cannot be read for a while: sip-config counts as away, and the agent goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge_agent.adapters.grpc.sip_config import SipConfig
from edge_agent.domain.updates import Word
from edge_agent.ports import ControlAway, Held, Hello, Report, SetAside
from edge_agent.settings import KamailioSettings, Settings
from servicekit.grpc import channel
from servicekit.settings import KafkaSettings


@pytest.fixture
async def sip_config(tmp_path: Path) -> AsyncIterator[SipConfig]:
    kamailio = KamailioSettings(
        run_dir=tmp_path, rpc_socket=tmp_path / "rpc", rpc_url="http://127.0.0.1:1/RPC", events="127.0.0.1:1"
    )
    settings = Settings(
        node_id="edge1",
        sip_config_target="127.0.0.1:1",
        token_file=tmp_path / "token",
        kamailio=kamailio,
        kafka=KafkaSettings(bootstrap="127.0.0.1:1"),
        data_dir=tmp_path,
    )
    async with channel(settings.sip_config_target, settings.token) as opened:
        yield SipConfig(opened, "edge1")


@pytest.mark.parametrize("content", [None, b"", b"two words", "t\u00f6ken".encode()])
async def test_a_token_that_cannot_be_read_is_told(
    sip_config: SipConfig, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ControlAway, match="KEEPLINE_TOKEN_FILE"):
        _ = [one async for one in sip_config.watch(Hello(Held(), 1, 1, (), Word()))]
    with pytest.raises(ControlAway, match="KEEPLINE_TOKEN_FILE"):
        await sip_config.acknowledge(Report("v", {}, "", Held(), SetAside()))
