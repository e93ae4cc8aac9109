"""The connection ends in the middle of a command: the caller is told, and the link comes back."""

import asyncio

import pytest

from switchlink.esl import EslLink, NotConnected, Resync
from switchlink.testing.cut import Wire
from switchlink.testing.switch_process import RunningSwitch


async def test_a_command_that_was_cut_off_fails_and_is_not_sent_again(switch: RunningSwitch) -> None:
    wire = await Wire.open(switch.esl, b"echo cut-here")
    async with EslLink(*wire.address, switch.password) as link:
        await link.wait_connected()
        with pytest.raises(NotConnected):
            await link.api("echo", "cut-here")
        await link.wait_connected()
        assert "UP" in await link.api("status")
        assert wire.cuts == 1
    await wire.close()


async def test_after_a_cut_the_reader_is_told_to_look_again(switch: RunningSwitch) -> None:
    wire = await Wire.open(switch.esl, b"echo cut-here")
    async with EslLink(*wire.address, switch.password, ["HEARTBEAT"]) as link:
        await link.wait_connected()
        with pytest.raises(NotConnected):
            await link.bgapi("echo", "cut-here")
        await link.wait_connected()
        async with asyncio.timeout(5):
            seen = [item async for batch in _until_two_resyncs(link) for item in batch]
        assert seen.count(Resync("connected")) >= 2
    await wire.close()


async def _until_two_resyncs(link: EslLink):  # type: ignore[no-untyped-def]
    resyncs = 0
    async for batch in link.events():
        yield batch
        resyncs += sum(isinstance(item, Resync) for item in batch)
        if resyncs >= 2:
            return
